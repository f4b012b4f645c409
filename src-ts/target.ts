import { extname } from 'node:path'

import { GigapxError } from './errors.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions } from './job.js'
import type { BindingTarget } from './native.js'
import { checkPair, type Pair } from './pair.js'

/** A format that can be written. */
export type FileFormat = 'raw' | 'tiff'

/** How to write a file. */
export interface ToFileOptions extends JobOptions {
  /**
   * `'raw'`: the pixels and nothing else, in rows without gaps, in the byte order of this machine.
   * `'tiff'`: a tiled TIFF or BigTIFF. Default: by the extension of the path: `.raw`, or `.tif`,
   * `.tiff`, `.btf`, `.tf2`, `.tf8`.
   */
  readonly format?: FileFormat | undefined
  /** How a TIFF is compressed. Default `'none'`, so far the only one. */
  readonly compression?: 'none' | undefined
  /** Columns and rows of a TIFF's tiles: multiples of 16, up to 16,384. Default 512. */
  readonly tileSize?: Pair | undefined
  /**
   * Whether a TIFF has 64-bit offsets. Default `'auto'`: only if it needs them, from 4 GiB on, or if
   * the extension is `.btf`, `.tf2` or `.tf8`.
   */
  readonly bigTiff?: boolean | 'auto' | undefined
  /** Whether to wait until the file is safe on its disk. Default true. */
  readonly sync?: boolean | undefined
}

const MAX_TILE = 16_384
const DEFAULT_TILE = 512

const FORMATS: Record<string, FileFormat> = {
  '.raw': 'raw',
  '.tif': 'tiff',
  '.tiff': 'tiff',
  '.btf': 'tiff',
  '.tf2': 'tiff',
  '.tf8': 'tiff',
}
const EXTENSIONS = `an extension among ${Object.keys(FORMATS).join(', ')}`
const BIG = new Set(['.btf', '.tf2', '.tf8'])
const LATER_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'jp2', 'jxl', 'dzi', 'zarr'] as const
const LATER_EXTENSIONS = new Set(['.jpg', ...LATER_FORMATS.map((name) => `.${name}`)])
const LATER_COMPRESSIONS = ['deflate', 'lzw', 'zstd', 'packbits', 'jpeg', 'webp'] as const
const KEYS = ['format', 'compression', 'tileSize', 'bigTiff', 'sync', ...jobKeys] as const

/** Checks a path and the options for it. */
export function bindingifyTarget(
  path: string | URL,
  options: ToFileOptions,
): { target: BindingTarget; job: JobOptions } {
  const file = is.path(path, 'path')
  const { compression, tileSize, bigTiff, sync = true, ...rest } = is.options(options, 'toFile options', KEYS)
  const extension = extname(file).toLowerCase()
  const format = checkFormat(rest.format, file, extension)
  if (compression !== undefined) {
    const name = is.oneOf(compression as string, 'compression', ['none', ...LATER_COMPRESSIONS])
    if (name !== 'none') {
      throw new GigapxError('ERR_UNSUPPORTED', `compression '${name}' is not available yet; only 'none' is`)
    }
  }
  if (format === 'raw' && (tileSize !== undefined || bigTiff !== undefined)) {
    throw is.invalid("format 'tiff'", tileSize === undefined ? 'bigTiff' : 'tileSize', format)
  }
  const tile = checkPair(tileSize ?? DEFAULT_TILE, 'tileSize', checkTile)
  const target = {
    path: file,
    format,
    tileWidth: tile.x,
    tileHeight: tile.y,
    variant: variant(bigTiff ?? (BIG.has(extension) || 'auto')),
    sync: is.boolean(sync, 'sync'),
  }
  return { target, job: checkJob(rest) }
}

function checkFormat(format: string | undefined, path: string, extension: string): FileFormat {
  if (format !== undefined) {
    const known = is.oneOf(format, 'format', ['raw', 'tiff', ...LATER_FORMATS])
    if (known !== 'raw' && known !== 'tiff') {
      throw new GigapxError('ERR_UNSUPPORTED', `format '${known}' is not available yet; 'raw' and 'tiff' are`)
    }
    return known
  }
  const known = FORMATS[extension]
  if (known !== undefined) {
    return known
  }
  if (LATER_EXTENSIONS.has(extension)) {
    throw new GigapxError('ERR_UNSUPPORTED', `${path}: ${extension} is not available yet; expected ${EXTENSIONS}`)
  }
  throw is.invalid(`${EXTENSIONS}, or options.format,`, 'path', path)
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
