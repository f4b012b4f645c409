import { extname } from 'node:path'

import { GigapxError } from './errors.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions } from './job.js'
import type { BindingTarget } from './native.js'
import { bindingifyTags, tagKeys, type TagOptions } from './tags.js'
import { bindingifyTiff, type Samples, tiffKeys, type TiffOptions } from './tiff.js'

/** A format that can be written. */
export type FileFormat = 'raw' | 'tiff'

/** How to write a file. All but `format` and `sync` is for TIFF. */
export interface ToFileOptions extends TiffOptions, TagOptions, JobOptions {
  /**
   * `'raw'`: the pixels and nothing else, in rows without gaps, in the byte order of this machine.
   * `'tiff'`: a TIFF or BigTIFF. Default: by the extension of the path: `.raw`, or `.tif`, `.tiff`,
   * `.btf`, `.tf2`, `.tf8`.
   */
  readonly format?: FileFormat | undefined
  /** Whether to wait until the file is safe on its disk. Default true. */
  readonly sync?: boolean | undefined
}

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
const KEYS: readonly (keyof ToFileOptions)[] = ['format', 'sync', ...tiffKeys, ...tagKeys, ...jobKeys]

/** Checks a path and the options for an image there. */
export function bindingifyTarget(
  path: string | URL,
  options: ToFileOptions,
  samples: Samples,
): { target: BindingTarget; job: JobOptions } {
  const file = is.path(path, 'path')
  const { sync = true, ...rest } = is.options(options, 'toFile options', KEYS)
  const extension = extname(file).toLowerCase()
  const format = checkFormat(rest.format, file, extension)
  const tiffOnly = [...tiffKeys, ...tagKeys].find((name) => rest[name] !== undefined)
  if (format === 'raw' && tiffOnly !== undefined && rest[tiffOnly] !== 'none') {
    throw is.invalid("format 'tiff'", tiffOnly, format)
  }
  const target = {
    path: file,
    format,
    ...bindingifyTiff(rest, samples, BIG.has(extension)),
    ...bindingifyTags(rest),
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
