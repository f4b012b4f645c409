/// <reference types="node" preserve="true" />

/**
 * gigapx filters images that are larger than memory, exactly, on all cores.
 *
 * @packageDocumentation
 */

export type { Border } from './border.js'
export type { BoxBlurOptions } from './box-blur.js'
export type { ConvolveOptions, ConvolveSeparableOptions } from './convolve.js'
export type { DeepZoomOptions, TileFormat } from './deepzoom.js'
export type { Depth } from './depth.js'
export type { GradientMagnitudeOptions, LaplacianOptions, ScharrOptions, SobelOptions } from './derivative.js'
export type { ElementOptions, ExtremumOptions, MorphologyOptions } from './element.js'
export { GigapxError, type GigapxErrorCode } from './errors.js'
export type { Explanation, ExplainOptions, Stage } from './explain.js'
export type { GaussianBlurOptions } from './gaussian-blur.js'
export type { Geo, GeoKey } from './geo.js'
export type { PadOptions } from './geometry.js'
export { type Histogram, histogram, type HistogramOptions, type Levels } from './histogram.js'
export type { Image, ToBufferOptions } from './image.js'
export type { JobOptions, Progress } from './job.js'
export { type JoinOptions, join, type Place } from './join.js'
export type { Layout } from './layout.js'
export type { Measurement } from './measurement.js'
export type { PixelData } from './memory.js'
export type { Format, Metadata } from './metadata.js'
export { fromBuffer, open, openRaw, type OpenOptions } from './open.js'
export type { Operand } from './operations.js'
export type { Pair } from './pair.js'
export type {
  ArithmeticOptions,
  BlendOptions,
  ClampOptions,
  DepthOptions,
  LinearOptions,
  Table,
  ThresholdOptions,
} from './point.js'
export type { MedianOptions, RankOptions } from './rank.js'
export type { Region } from './region.js'
export { concurrency, type Counters, counters, memoryLimit, simd, versions } from './runtime.js'
export type { NormaliseOptions, OtsuOptions } from './statistics.js'
export { type ChannelStats, type Stats, stats } from './stats.js'
export type { Resolution, TagName, TagOptions, Tags, TagValues } from './tags.js'
export type { Taps } from './taps.js'
export type { BufferFormat, EncodeOptions, FileFormat, ToFileOptions } from './target.js'
export type { Decimation, TiffCompression, TiffOptions, TiffPyramid } from './tiff.js'
export type { Tile, TilesOptions } from './tiles.js'
export type { UnsharpMaskOptions } from './unsharp-mask.js'
export type { Value } from './value.js'
export { type Outcome, type Result, write, type WriteOptions } from './write.js'
