import type { Buffer } from 'node:buffer'

import {
  type Border,
  type BoxBlurOptions,
  concurrency,
  type ConvolveOptions,
  type ConvolveSeparableOptions,
  type Counters,
  counters,
  type Depth,
  type ElementOptions,
  type Explanation,
  type ExtremumOptions,
  fromBuffer,
  type GaussianBlurOptions,
  type Geo,
  GigapxError,
  type GigapxErrorCode,
  type GradientMagnitudeOptions,
  type Histogram,
  histogram,
  type Image,
  join,
  type LaplacianOptions,
  memoryLimit,
  type Format,
  type Metadata,
  type MorphologyOptions,
  open,
  openRaw,
  type Progress,
  type Result,
  type ScharrOptions,
  simd,
  type SobelOptions,
  type Stats,
  stats,
  type Tags,
  type Taps,
  type Tile,
  type UnsharpMaskOptions,
  type Value,
  versions,
  write,
} from 'gigapx'
import { expectAssignable, expectError, expectNotAssignable, expectType } from 'tsd'

// Opening.
expectType<Promise<Image>>(open('a.tif'))
expectType<Promise<Image>>(open(new URL('file:///a.tif'), { access: 'pread' }))
expectType<Promise<Image>>(openRaw('a.raw', { width: 1, height: 1 }))
expectType<Promise<Image>>(
  openRaw('a.raw', { width: 1, height: 1, channels: 3, depth: 'float32', offset: 8, rowStride: 64 }, { access: 'mmap' }),
)
expectError(open(1))
expectError(open('a.tif', { access: 'fast' }))
expectError(openRaw('a.raw'))
expectError(openRaw('a.raw', { width: 1 }))
expectError(openRaw('a.raw', { width: 1, height: 1, depth: 'uint32' }))

const layout = { width: 2, height: 2 }
const image = fromBuffer(new Uint8Array(4), layout)
expectType<Image>(image)
for (const data of [
  new Uint8ClampedArray(4),
  new Uint16Array(4),
  new Int16Array(4),
  new Int32Array(4),
  new Float32Array(4),
] as const) {
  expectType<Image>(fromBuffer(data, layout))
}
expectError(fromBuffer(new Float64Array(4), layout))
expectError(fromBuffer([1, 2, 3, 4], layout))

// The image.
expectType<number>(image.width)
expectType<number>(image.height)
expectType<number>(image.channels)
expectType<Depth>(image.depth)
expectError(Object.assign(image, {}).width = 3)
expectType<Metadata>(image.metadata())
expectType<Format>(image.metadata().format)
expectType<number | undefined>(image.metadata().tileWidth)
expectType<Promise<void>>(image.close())
expectAssignable<AsyncDisposable>(image)

// Filters.
expectType<Image>(image.gaussianBlur({ sigma: 2.2 }))
expectType<Image>(image.gaussianBlur({ sigma: { x: 1, y: 2 }, kernelSize: { x: 3, y: 5 }, border: 'wrap' }))
expectType<Image>(image.gaussianBlur({ kernelSize: 11, border: { constant: 3 }, precision: 'exact' }))
expectType<Image>(image.gaussianBlur({ sigma: 40, precision: 'fast' }))
expectType<Image>(image.gaussianBlur({ sigma: 1, kernelSize: undefined }))
expectType<Image>(image.crop({ left: 0, top: 0, width: 1, height: 1 }))
expectError(image.gaussianBlur())
expectError(image.gaussianBlur(2))
expectError(image.gaussianBlur({ sigma: '2' }))
expectError(image.gaussianBlur({ sigma: { x: 1 } }))
expectError(image.gaussianBlur({ sigma: 1, border: 'mirror' }))
expectError(image.gaussianBlur({ sigma: 1, precision: 'best' }))
expectError(image.gaussianBlur({ sgima: 1 }))
expectType<Image>(image.boxBlur({ size: 3 }))
expectType<Image>(image.boxBlur({ size: { x: 3, y: 4 }, normalize: false, depth: 'int32', border: 'reflect' }))
expectError(image.boxBlur())
expectError(image.boxBlur({}))
expectError(image.boxBlur({ size: [3, 3] }))
expectError(image.boxBlur({ size: 3, normalize: 'no' }))
expectError(image.boxBlur({ size: 3, depth: 'float64' }))
expectType<Image>(image.convolve({ kernel: [[1, 2], [3, 4]] }))
expectType<Image>(image.convolve({ kernel: [[1]] as const, scale: 0.5, offset: 1, depth: 'int16', border: { constant: 0 } }))
expectType<Image>(image.convolve({ kernel: [new Float32Array(3), [1, 2, 3]] }))
expectError(image.convolve())
expectError(image.convolve({ kernel: [1, 2, 3] }))
expectError(image.convolve({ kernel: [['1']] }))
expectError(image.convolve({ kernel: [new BigInt64Array(3)] }))
expectError(image.convolve({ kernel: [[1]], horizontal: [1] }))
expectType<Image>(image.convolveSeparable({ horizontal: [1, 2, 1], vertical: new Float64Array(3) }))
expectType<Image>(image.convolveSeparable({ horizontal: [1], vertical: [1], offset: 1, depth: 'float32', border: 'wrap' }))
expectError(image.convolveSeparable({ horizontal: [1] }))
expectError(image.convolveSeparable({ horizontal: [1], vertical: [1], scale: 2 }))
expectType<Image>(image.sobel({ dx: 1 }))
expectType<Image>(image.sobel({ dx: 1, dy: 1, size: 5, scale: 2, offset: 1, depth: 'uint8', border: 'replicate' }))
expectError(image.sobel())
expectError(image.sobel({ dx: '1' }))
expectError(image.sobel({ dx: 1, size: { x: 3, y: 3 } }))
expectType<Image>(image.scharr({ dy: 1, scale: 2, offset: 1, depth: 'uint8', border: 'replicate' }))
expectError(image.scharr({ dx: 1, size: 3 }))
expectType<Image>(image.median({ size: 3 }))
expectType<Image>(image.median({ size: { x: 3, y: 5 }, border: 'wrap' }))
expectError(image.median())
expectError(image.median({ size: 3, index: 2 }))
expectType<Image>(image.rank({ size: 3, index: 2 }))
expectType<Image>(image.rank({ size: { x: 3, y: 5 }, percentile: 90.5, border: { constant: 7 } }))
expectError(image.rank({ index: 3 }))
expectError(image.rank({ size: 3, percentile: '90' }))
expectType<Image>(image.laplacian())
expectType<Image>(image.laplacian({ size: 3, scale: 2, offset: 1, depth: 'uint8', border: 'replicate' }))
expectError(image.laplacian({ dx: 1 }))
expectType<Image>(image.gradientMagnitude())
expectType<Image>(image.gradientMagnitude({ operator: 'sobel', size: 3, scale: 2, depth: 'uint8', border: 'replicate' }))
expectError(image.gradientMagnitude({ operator: 'prewitt' }))
expectError(image.gradientMagnitude({ offset: 1 }))
expectType<Image>(image.erode({ size: 3 }))
expectType<Image>(image.erode({ size: { x: 3, y: 4 }, shape: 'ellipse', anchor: { x: 0, y: 0 }, iterations: 2, border: 'ignore' }))
expectError(image.erode())
expectError(image.erode({ size: 3, shape: 'diamond' }))
expectError(image.erode({ size: 3, anchor: 1 }))
expectType<Image>(image.dilate({ kernel: [[1, 0], [0, 1]], border: { constant: 1 } }))
expectError(image.dilate({ size: 3, operation: 'open' }))
expectType<Image>(image.morphology({ operation: 'open', size: 3 }))
expectType<Image>(image.morphology({ operation: 'hitOrMiss', kernel: [new Int8Array(3)] as const }))
expectError(image.morphology({ size: 3 }))
expectError(image.morphology({ operation: 'opening', size: 3 }))
expectType<Image>(image.minimum({ size: 3 }))
expectError(image.minimum({ size: 3, border: 'ignore' }))
expectType<Image>(image.maximum({ size: { x: 3, y: 5 }, border: 'wrap' }))
expectError(image.maximum({}))
expectType<Image>(image.unsharpMask({ sigma: 2 }))
expectType<Image>(image.unsharpMask({ sigma: { x: 1, y: 2 }, kernelSize: 5, amount: 2, threshold: 3, border: 'wrap' }))
expectError(image.unsharpMask({}))
expectError(image.unsharpMask({ sigma: 2, depth: 'int16' }))
expectError(image.crop({ left: 0, top: 0, width: 1 }))
expectError(image.derive)
expectAssignable<Taps>([1, 2] as const)
expectAssignable<Taps>(new Int8Array(2))
expectNotAssignable<Taps>(['1'])
expectType<(options: GaussianBlurOptions) => Image>(image.gaussianBlur)
expectType<(options: BoxBlurOptions) => Image>(image.boxBlur)
expectType<(options: ConvolveOptions) => Image>(image.convolve)
expectType<(options: ConvolveSeparableOptions) => Image>(image.convolveSeparable)
expectType<(options: SobelOptions) => Image>(image.sobel)
expectType<(options: ScharrOptions) => Image>(image.scharr)
expectType<(options?: LaplacianOptions) => Image>(image.laplacian)
expectType<(options?: GradientMagnitudeOptions) => Image>(image.gradientMagnitude)
expectType<(options: ElementOptions) => Image>(image.erode)
expectType<(options: ElementOptions) => Image>(image.dilate)
expectType<(options: MorphologyOptions) => Image>(image.morphology)
expectType<(options: ExtremumOptions) => Image>(image.minimum)
expectType<(options: ExtremumOptions) => Image>(image.maximum)
expectType<(options: UnsharpMaskOptions) => Image>(image.unsharpMask)
expectAssignable<Border>({ constant: 1 })
expectNotAssignable<Border>('constant')

// Sinks.
const signal = new AbortController().signal
const onProgress = (progress: Progress): void => {
  expectType<number>(progress.done)
  expectType<number>(progress.total)
  expectType<number>(progress.fraction)
}
expectType<Promise<void>>(image.toFile('a.tif'))
expectType<Promise<void>>(image.toFile(new URL('file:///a.tif'), { signal, onProgress, threads: 2 }))
expectType<Promise<void>>(
  image.toFile('a', { format: 'tiff', compression: 'none', tileSize: { x: 16, y: 32 }, bigTiff: 'auto', sync: false }),
)
expectType<Promise<Tags>>(image.tags())
expectType<Promise<void>>(image.toFile('a.tif', { keep: true }))
const geo: Geo = { transform: [1, 0, 0, 0, -1, 0], model: 'projected', epsg: 3857, keys: { 1024: 1, 2057: [1], 1026: 'a' }, nodata: 0 }
expectType<Promise<void>>(
  image.toFile('a.tif', {
    keep: ['icc', 'ome'],
    tags: { icc: new Uint8Array(128), xmp: '<x/>', resolution: { x: 1, y: 1, unit: 'cm' }, geo, description: 'a' },
  }),
)
expectError(image.toFile('a.tif', { keep: ['exif'] }))
expectError(image.toFile('a.tif', { tags: { software: 'mine' } }))
expectError(image.toFile('a.tif', { tags: { geo: { transform: [1] } } }))
expectError(image.toFile())
expectType<Promise<void>>(image.toFile('a', { format: 'png', level: 9 }))
expectError(image.toFile('a.tif', { format: 'gif' }))
expectType<Promise<Buffer>>(image.encode('jpeg', { quality: 90, signal, onProgress, threads: 2 }))
expectError(image.encode('a.jpg'))
expectError(image.encode('tiff', { sync: true }))
expectError(image.encode())
expectType<Promise<void>>(image.toFile('a', { compression: 'zstd', level: 3, predictor: false, pyramid: 'cog' }))
expectType<Promise<void>>(image.toFile('a', { compression: 'jpeg', quality: 90, chromaSubsampling: '4:4:4', rowsPerStrip: 64 }))
expectError(image.toFile('a.tif', { compression: 'rar' }))
expectError(image.toFile('a.tif', { pyramid: true }))
expectType<Promise<void>>(image.toFile('a.tif', { pyramid: 'ome', decimation: 'gaussian' }))
expectType<Promise<void>>(image.toFile('a', { format: 'deepzoom', tileSize: 254, overlap: 1, tileFormat: 'webp', quality: 80 }))
expectError(image.toFile('a.tif', { decimation: 'lanczos' }))
expectError(image.toFile('a.dzi', { tileFormat: 'tiff' }))
expectError(image.toFile('a.tif', { bigTiff: 'yes' }))
expectError(image.toFile('a.tif', { onProgress: (done: string) => done }))

expectType<Promise<Buffer>>(image.toBuffer())
expectType<Promise<Buffer>>(image.toBuffer({ signal, onProgress, threads: 1 }))
expectType<Promise<Float32Array<ArrayBuffer>>>(image.toBuffer({ into: new Float32Array(4) }))
expectType<Promise<DataView<ArrayBuffer>>>(image.toBuffer({ into: new DataView(new ArrayBuffer(4)), signal }))
expectError(image.toBuffer({ into: [1, 2, 3] }))
expectError(image.toBuffer({ into: new ArrayBuffer(4) }))

for await (const tile of image.tiles({ width: 1, height: 1, signal, onProgress, threads: 1 })) {
  expectType<Tile>(tile)
  expectType<Buffer>(tile.data)
  expectType<Depth>(tile.depth)
  expectType<number>(tile.left + tile.top + tile.width + tile.height + tile.channels + tile.rowStride)
}
expectError(image.tiles())
expectError(image.tiles({ width: 1 }))

// Errors and the process.
const error = new GigapxError('ERR_IO', 'text', { errno: -2, syscall: 'open', path: 'a' })
expectAssignable<Error>(error)
expectType<GigapxErrorCode>(error.code)
expectType<number | undefined>(error.errno)
expectType<string | undefined>(error.syscall)
expectType<string | undefined>(error.path)
expectError(new GigapxError('ERR_OTHER', 'text'))
expectType<number>(concurrency())
expectType<number>(concurrency(2))
expectType<number>(memoryLimit(1024))
expectType<Counters>(counters())
expectType<string>(simd())
expectType<string>(versions.gigapx)
expectError((versions.gigapx = '2'))

// An image comes from a function that opens it; its class is only a type.
expectError(new (await import('gigapx')).Image())

// Point operations and geometry.
expectType<Image>(image.linear({ scale: 2, offset: [1, 2, 3], depth: 'int16' }).cast('uint8').abs().negate().not())
expectType<Image>(image.gamma(0.5).pow(2, { depth: 'float32' }).log().exp().sqrt({ depth: 'uint8' }))
expectType<Image>(image.clamp({ min: 1 }).threshold(3).threshold({ level: [1, 2], type: 'to-zero' }))
expectType<Image>(image.lut(new Uint8Array(256)).lut([[1], [2]], { depth: 'uint16' }))
expectType<Image>(image.add(image).subtract(1).multiply([1, 2], { scale: 0.5 }).divide(image).absDiff(3).min(1).max(2))
expectType<Image>(image.blend(image, { alpha: 0.2 }).equal(3).less(image).and(1).or(image).xor(7))
expectType<Image>(image.recombine([[1, 0, 0]]).grayscale().extractChannel(0).joinChannels(image, image).select(image, image))
expectType<Image>(image.flip().flop().rotate90().rotate90(-1).transpose().pad(1).pad({ left: 1, border: 'wrap' }))
expectType<Image>(join([{ image, left: 1 }, { image }], { background: [0, 0, 0] }))
expectAssignable<Value>([1, 2])
expectError(image.linear({ factor: 1 }))
expectError(image.threshold())
expectError(image.add('1'))
expectError(image.cast('float64'))
expectError(join([image]))

// Several results, and plans.
expectType<Promise<[undefined, undefined]>>(write([[image, 'a.tif'], [image, 'b.raw', { sync: false }]], { threads: 2 }))
expectType<Promise<[undefined, Stats, Histogram]>>(
  write([[image, 'a.tif'], [image, stats()], [image, histogram({ bins: 4, low: 0, high: 1 })]]),
)
const results: Result[] = [[image, 'a.tif'], [image, stats()]]
expectType<Promise<undefined[]>>(write(results.map(([one]) => [one, 'b.tif'] as const)))
expectError(write([[image, stats]]))
expectError(write([[image, stats(), {}]]))

// What needs all pixels.
expectType<Promise<Stats>>(image.stats({ threads: 1 }))
expectType<number>((await image.stats()).channels[0]!.minX)
expectType<Promise<Histogram>>(image.histogram({ bins: 3, low: 0, high: 1, threads: 1 }))
expectType<number>((await image.histogram()).all.percentile(50))
expectType<Float64Array>((await image.histogram()).channels[0]!.counts)
expectType<Promise<number[]>>(image.percentile(50, { threads: 1 }))
expectType<Promise<Image>>(image.normalise({ lower: 1, upper: 99, low: 0, high: 1, perChannel: true, depth: 'float32' }))
expectType<Promise<Image>>(image.equalize())
expectType<Promise<Image>>(image.threshold('otsu'))
expectType<Promise<Image>>(image.threshold({ level: 'otsu', max: 1, type: 'truncate', threads: 2 }))
expectType<Image>(image.threshold({ level: 3 }))
expectError(image.threshold('half'))
expectError(image.percentile())
expectError(image.normalise({ percent: 1 }))
expectError(write([[image]]))
expectError(write([[image, 'a.tif', { threads: 2 }]]))
expectType<Promise<Explanation>>(image.explain({ target: 'raw', run: true }))
expectType<number | undefined>((await image.explain()).recomputed)
