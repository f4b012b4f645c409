import { constants } from 'node:buffer'
import { extname } from 'node:path'

import { bindingifyDeepZoom, deepZoomKeys, type DeepZoomOptions } from './deepzoom.js'
import { GigapxError } from './errors.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions } from './job.js'
import type { BindingTarget } from './native.js'
import { bindingifyTags, tagKeys, type TagOptions } from './tags.js'
import { type Binding, bindingifyTiff, checkQuality, checkSubsampling, type Samples, tiffKeys, type TiffOptions } from './tiff.js'

/** A format that can be written. */
export type FileFormat = 'raw' | 'tiff' | 'png' | 'jpeg' | 'webp' | 'pnm' | 'pfm' | 'npy' | 'deepzoom'

/** A format that can be written into memory. */
export type BufferFormat = Exclude<FileFormat, 'deepzoom'>

/**
 * How to encode an image. All but what a job takes is for TIFF; PNG takes `level` too, JPEG `quality` and
 * `chromaSubsampling`, WebP `quality`. An option that means nothing for the format is refused.
 */
export interface EncodeOptions extends TiffOptions, TagOptions, JobOptions {}

/** How to write a file. DeepZoom takes `tileSize`, `quality`, `chromaSubsampling` and `decimation` too. */
export interface ToFileOptions extends EncodeOptions, DeepZoomOptions {
  /**
   * By default it follows from the extension of the path.
   *
   * | Format | Extensions | Takes |
   * |---|---|---|
   * | `'raw'`: the pixels and nothing else, in rows without gaps, in the byte order of this machine | `.raw` | any image |
   * | `'tiff'`: a TIFF or BigTIFF | `.tif`, `.tiff`, `.btf`, `.tf2`, `.tf8` | any image |
   * | `'png'`, filtered and packed by all threads at once | `.png` | 1 to 4 channels of uint8 or uint16 |
   * | `'jpeg'`, coded by all threads at once | `.jpg`, `.jpeg` | 1 or 3 channels of uint8, sides up to 65,535 |
   * | `'webp'`, coded in memory by one thread when all pixels are there | `.webp` | 3 or 4 channels of uint8, sides up to 16,383 |
   * | `'pnm'`: PGM, PPM, or PAM if the channels are neither 1 nor 3 | `.pgm`, `.ppm`, `.pam`, `.pnm` | uint8 or uint16 |
   * | `'pfm'`, the portable float map | `.pfm` | 1 or 3 channels of float32 |
   * | `'npy'`, an array for NumPy: rows, columns and, if several, channels | `.npy` | any image |
   * | `'deepzoom'`, see below | `.dzi`, `.szi` (or `.zip`) | see `tileFormat` |
   *
   * DeepZoom is the image and its halves down to one pixel in tiles, as web viewers load them (OpenSeadragon):
   * `NAME.dzi` and a directory `NAME_files`, or all of that in one zip archive, `NAME.szi` or `NAME.zip`. A
   * directory that has the name is replaced with all it holds, if that is levels of tiles only.
   */
  readonly format?: FileFormat | undefined
  /** Whether to wait until the file is safe on its disk. Default true. */
  readonly sync?: boolean | undefined
}

/** What a format is like. */
interface Format {
  readonly extensions: readonly string[]
  /** The options that it knows. */
  readonly options: readonly (keyof Options)[]
  readonly depths?: readonly string[]
  readonly channels?: readonly number[]
}

type Options = TiffOptions & DeepZoomOptions & TagOptions

const FORMATS: Record<FileFormat, Format> = {
  raw: { extensions: ['.raw'], options: [] },
  tiff: { extensions: ['.tif', '.tiff', '.btf', '.tf2', '.tf8'], options: [...tiffKeys, ...tagKeys] },
  png: { extensions: ['.png'], options: ['level'], depths: ['uint8', 'uint16'], channels: [1, 2, 3, 4] },
  jpeg: { extensions: ['.jpg', '.jpeg'], options: ['quality', 'chromaSubsampling'], depths: ['uint8'], channels: [1, 3] },
  webp: { extensions: ['.webp'], options: ['quality'], depths: ['uint8'], channels: [3, 4] },
  pnm: { extensions: ['.pgm', '.ppm', '.pam', '.pnm'], options: [], depths: ['uint8', 'uint16'] },
  pfm: { extensions: ['.pfm'], options: [], depths: ['float32'], channels: [1, 3] },
  npy: { extensions: ['.npy'], options: [] },
  deepzoom: {
    extensions: ['.dzi', '.szi'],
    options: [...deepZoomKeys, 'tileSize', 'quality', 'chromaSubsampling', 'decimation'],
  },
}
const NAMES = Object.keys(FORMATS) as FileFormat[]
const EXTENSIONS = `an extension among ${NAMES.flatMap((name) => FORMATS[name].extensions).join(', ')}`
const BIG = new Set(['.btf', '.tf2', '.tf8'])
const LATER_FORMATS = ['avif', 'jp2', 'jxl', 'zarr'] as const
const LATER_EXTENSIONS = new Set<string>(LATER_FORMATS.map((name) => `.${name}`))
const PNG_LEVELS = { most: 9, usual: 6 }
const FORMAT_KEYS: readonly (keyof Options)[] = [...tiffKeys, ...deepZoomKeys, ...tagKeys]
const ENCODE_KEYS: readonly (keyof EncodeOptions)[] = [...tiffKeys, ...tagKeys, ...jobKeys]
const KEYS: readonly (keyof ToFileOptions)[] = ['format', 'sync', ...FORMAT_KEYS, ...jobKeys]

/** Checks a path and the options for an image there. */
export function bindingifyTarget(
  path: string | URL,
  options: ToFileOptions,
  samples: Samples,
): { target: BindingTarget; job: JobOptions } {
  const file = is.path(path, 'path')
  const { sync = true, format: wanted, ...rest } = is.options(options, 'toFile options', KEYS)
  const extension = extname(file).toLowerCase()
  const format = wanted === undefined ? formatOf(file, extension) : checkFormat(wanted)
  const encoding = bindingifyEncoding(format, rest, samples, extension)
  return { target: { path: file, ...encoding, sync: is.boolean(sync, 'sync') }, job: checkJob(rest) }
}

/** Checks the format and the options for an image in memory. */
export function bindingifyEncode(
  format: BufferFormat,
  options: EncodeOptions,
  samples: Samples,
): { target: BindingTarget; limit: number; job: JobOptions } {
  const rest = is.options(options, 'encode options', ENCODE_KEYS)
  const known = checkFormat(format)
  if (known === 'deepzoom') {
    throw is.invalid(is.alternatives(NAMES.filter((name) => name !== 'deepzoom')), 'format', known)
  }
  const encoding = bindingifyEncoding(known, rest, samples, '')
  return { target: { path: '', ...encoding, sync: false }, limit: constants.MAX_LENGTH, job: checkJob(rest) }
}

function bindingifyEncoding(
  format: FileFormat,
  options: Options,
  samples: Samples,
  extension: string,
): Omit<BindingTarget, 'path' | 'sync'> {
  const { options: known } = FORMATS[format]
  const meaningless = FORMAT_KEYS.find((name) => options[name] !== undefined && !known.includes(name))
  if (meaningless !== undefined && options[meaningless] !== 'none') {
    const of = NAMES.filter((name) => FORMATS[name].options.includes(meaningless))
    throw is.invalid(`format ${is.alternatives(of)}`, meaningless, format)
  }
  checkSamples(format, samples)
  return { format, ...encodingOf(format, options, samples, extension), ...bindingifyTags(options) }
}

function encodingOf(
  format: FileFormat,
  options: Options,
  samples: Samples,
  extension: string,
): Omit<BindingTarget, 'path' | 'format' | 'sync' | 'keep' | 'keepsStrictly' | 'tags'> {
  if (format === 'tiff') {
    return bindingifyTiff(options, samples, BIG.has(extension))
  }
  return format === 'deepzoom' ? bindingifyDeepZoom(options, samples, extension) : plain(format, options)
}

/** How to encode an image in a format that is no container of chunks. */
function plain(format: FileFormat, { level, quality, chromaSubsampling }: TiffOptions): Binding {
  const { most, usual } = PNG_LEVELS
  return {
    tileWidth: 0,
    tileHeight: 0,
    compression: 'none',
    subsampled: checkSubsampling(chromaSubsampling),
    ...(format === 'png' && { level: is.integer(level ?? usual, 'level', 1, most) }),
    ...checkQuality(quality, format),
    decimation: 'mean',
    variant: 'auto',
  }
}

/** Refuses an image that a format does not take. */
function checkSamples(format: FileFormat, { channels, depth }: Samples): void {
  const { depths = [depth], channels: counts = [channels] } = FORMATS[format]
  if (!depths.includes(depth) || !counts.includes(channels)) {
    const some = counts.length > 2 ? `${counts[0]} to ${counts.at(-1)}` : counts.join(' or ')
    const of = FORMATS[format].channels === undefined ? 'an image' : `an image of ${some} channels`
    throw is.invalid(`${of} of ${depths.join(' or ')}`, `format '${format}'`, `${channels} of ${depth}`)
  }
}

function checkFormat(format: string): FileFormat {
  const known = is.oneOf(format, 'format', [...NAMES, ...LATER_FORMATS])
  if (!(known in FORMATS)) {
    throw new GigapxError('ERR_UNSUPPORTED', `format '${known}' is not available yet; ${is.alternatives(NAMES)} are`)
  }
  return known as FileFormat
}

function formatOf(path: string, extension: string): FileFormat {
  const known = NAMES.find((name) => FORMATS[name].extensions.includes(extension))
  if (known === undefined && LATER_EXTENSIONS.has(extension)) {
    throw new GigapxError('ERR_UNSUPPORTED', `${path}: ${extension} is not available yet; expected ${EXTENSIONS}`)
  }
  if (known === undefined) {
    throw is.invalid(`${EXTENSIONS}, or options.format,`, 'path', path)
  }
  return known
}
