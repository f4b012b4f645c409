import * as is from './is.js'
import type { BindingTarget } from './native.js'
import { checkPair, type Pair } from './pair.js'

/** How the pixels of a TIFF are packed. */
export type TiffCompression = 'none' | 'lzw' | 'deflate' | 'zstd' | 'jpeg' | 'webp'

/** Where a TIFF has smaller copies of its image. */
export type TiffPyramid = 'chain' | 'cog' | 'ome'

/** What a pixel of a smaller copy is made of. */
export type Decimation = 'mean' | 'gaussian'

/** How to write a TIFF. */
export interface TiffOptions {
  /**
   * How tiles or strips are packed, by all threads at once. `'lzw'` and `'deflate'` are read by every
   * program, `'zstd'` packs as well as `'deflate'` in much less time. These lose nothing. `'jpeg'`, for
   * 1 or 3 channels of uint8, and `'webp'`, for 3 or 4, are for pictures. Default `'none'`.
   */
  readonly compression?: TiffCompression | undefined
  /**
   * From 1, fast, to 12, small, for `'deflate'` (default 6), or to 22 for `'zstd'` (default 3), or to 9 for
   * the format PNG (default 6).
   */
  readonly level?: number | undefined
  /**
   * From 1, small, to 100, good, for JPEG (default 80) and WebP (default: nothing is lost), as `compression`,
   * as `tileFormat` or as the format.
   */
  readonly quality?: number | undefined
  /** Whether colour has half the columns and rows in a JPEG. Default `'4:2:0'`: it has. */
  readonly chromaSubsampling?: '4:2:0' | '4:4:4' | undefined
  /**
   * Whether differences from the pixel before are packed rather than samples. Default true for `'lzw'`,
   * `'deflate'` and `'zstd'`.
   */
  readonly predictor?: boolean | undefined
  /**
   * Columns and rows of a tile: multiples of 16, up to 16,384. Default 512. Of DeepZoom: one number from 1
   * to 8,192, without the overlap; default 254.
   */
  readonly tileSize?: Pair | undefined
  /** Rows of a strip, of all columns. The image is then cut into strips rather than tiles. */
  readonly rowsPerStrip?: number | undefined
  /**
   * Whether the file also has copies of the image of half the size, a quarter and so on, down to one
   * tile, where viewers look for them: `'chain'`, pages after the image, for OpenSlide and libvips;
   * `'cog'`, a cloud optimised GeoTIFF, for GDAL and viewers over HTTP; `'ome'`, OME-TIFF, for
   * Bio-Formats, QuPath and OMERO. They are made in the same pass as the image. Default: none.
   */
  readonly pyramid?: TiffPyramid | undefined
  /**
   * What a pixel of a smaller copy is made of, in a TIFF with a `pyramid` and in DeepZoom. `'mean'`, the
   * default: two by two pixels, rounded half to even. `'gaussian'`: five by five under the weights 1 4 6 4 1
   * along both axes, rounded half up, which is OpenCV's `pyrDown`: smoother, without the jagged edges and
   * false patterns that means leave.
   */
  readonly decimation?: Decimation | undefined
  /**
   * Whether offsets have 64 bits. Default `'auto'`: only if the file could need them, from 4 GiB on, or
   * if the extension is `.btf`, `.tf2` or `.tf8`.
   */
  readonly bigTiff?: boolean | 'auto' | undefined
}

export const tiffKeys: readonly (keyof TiffOptions)[] = [
  'compression',
  'level',
  'quality',
  'chromaSubsampling',
  'predictor',
  'tileSize',
  'rowsPerStrip',
  'pyramid',
  'decimation',
  'bigTiff',
]

/** The image to write, as far as it matters. */
export interface Samples {
  readonly channels: number
  readonly depth: string
}

/** All that the binding is told of an encoding but the format and what describes the image. */
export type Binding = Omit<BindingTarget, 'path' | 'format' | 'sync' | 'deepZoom' | 'keep' | 'keepsStrictly' | 'tags'>

/** Columns and rows of a tile at most. */
export const MAX_TILE = 16_384
const MAX_ROWS = 2 ** 32 - 1
const DEFAULT_TILE = 512
const DEFAULT_QUALITY = 80
const LEVELS: Partial<Record<TiffCompression, { most: number; usual: number }>> = {
  deflate: { most: 12, usual: 6 },
  zstd: { most: 22, usual: 3 },
}
const PREDICTED: readonly TiffCompression[] = ['lzw', 'deflate', 'zstd']
/** The channels that codecs of pictures take. */
export const CHANNELS: Partial<Record<TiffCompression, readonly number[]>> = { jpeg: [1, 3], webp: [3, 4] }

/** Checks how to write a TIFF. */
export function bindingifyTiff(options: TiffOptions, samples: Samples, isBig: boolean): Binding {
  const { compression: name = 'none', pyramid, rowsPerStrip, predictor } = options
  const compression = is.oneOf(name, 'compression', ['none', 'lzw', 'deflate', 'zstd', 'jpeg', 'webp'])
  checkSamples(compression, samples)
  needs(options, 'level', compression, Object.keys(LEVELS))
  needs(options, 'quality', compression, Object.keys(CHANNELS))
  needs(options, 'chromaSubsampling', compression, ['jpeg'])
  if (predictor !== undefined && is.boolean(predictor, 'predictor')) {
    needs(options, 'predictor', compression, PREDICTED)
  }
  if (rowsPerStrip !== undefined && (options.tileSize ?? pyramid) !== undefined) {
    throw is.invalid('tiles or strips', options.tileSize === undefined ? 'pyramid' : 'tileSize', `rowsPerStrip ${rowsPerStrip}`)
  }
  if (options.decimation !== undefined && pyramid === undefined) {
    throw is.invalid('a pyramid', 'decimation', 'none')
  }
  const tile = checkPair(options.tileSize ?? DEFAULT_TILE, 'tileSize', checkTile)
  return {
    tileWidth: tile.x,
    tileHeight: tile.y,
    compression,
    subsampled: checkSubsampling(options.chromaSubsampling),
    ...(rowsPerStrip !== undefined && { rowsPerStrip: is.integer(rowsPerStrip, 'rowsPerStrip', 1, MAX_ROWS) }),
    ...checkLevel(options.level, compression),
    ...checkQuality(options.quality, compression),
    ...(predictor !== undefined && { predictor }),
    ...(pyramid !== undefined && { pyramid: is.oneOf(pyramid, 'pyramid', ['chain', 'cog', 'ome']) }),
    decimation: checkDecimation(options.decimation),
    variant: variant(options.bigTiff ?? (isBig || 'auto')),
  }
}

/** Refuses an option that means nothing for a compression. */
function needs(options: TiffOptions, name: keyof TiffOptions, compression: string, of: readonly string[]): void {
  if (options[name] !== undefined && !of.includes(compression)) {
    throw is.invalid(`compression ${is.alternatives(of)}`, name, compression)
  }
}

/** Checks what smaller copies are made of. */
export function checkDecimation(decimation: Decimation = 'mean'): string {
  return is.oneOf(decimation, 'decimation', ['mean', 'gaussian'])
}

function checkSamples(compression: TiffCompression, { channels, depth }: Samples): void {
  const of = CHANNELS[compression]
  if (of !== undefined && (depth !== 'uint8' || !of.includes(channels))) {
    throw is.invalid(`an image of ${of.join(' or ')} channels of uint8`, `compression '${compression}'`, `${channels} of ${depth}`)
  }
}

function checkLevel(level: number | undefined, compression: TiffCompression): { level?: number } {
  const levels = LEVELS[compression]
  return levels === undefined ? {} : { level: is.integer(level ?? levels.usual, 'level', 1, levels.most) }
}

/** Whether colour has half the columns and rows. */
export function checkSubsampling(subsampling: TiffOptions['chromaSubsampling']): boolean {
  return is.oneOf(subsampling ?? '4:2:0', 'chromaSubsampling', ['4:2:0', '4:4:4']) === '4:2:0'
}

/** Checks the quality of a JPEG or WebP, a file or the compression of one. */
export function checkQuality(quality: number | undefined, compression: string): { quality?: number } {
  const usual = compression === 'jpeg' ? DEFAULT_QUALITY : undefined
  const wanted = quality ?? usual
  return wanted === undefined ? {} : { quality: is.integer(wanted, 'quality', 1, 100) }
}

function checkTile(value: unknown, name: string): number {
  const multiple = Number.isInteger(value) && (value as number) % 16 === 0
  if (!multiple || (value as number) < 16 || (value as number) > MAX_TILE) {
    throw is.invalid(`a multiple of 16 from 16 to ${MAX_TILE}`, name, value)
  }
  return value as number
}

function variant(bigTiff: boolean | 'auto'): string {
  if (bigTiff === 'auto') {
    return 'auto'
  }
  if (typeof bigTiff !== 'boolean') {
    throw is.invalid("a boolean or 'auto'", 'bigTiff', bigTiff)
  }
  return bigTiff ? 'big' : 'classic'
}
