import { extname } from 'node:path'

import { bindingifyDeepZoom, deepZoomKeys, type DeepZoomOptions } from './deepzoom.js'
import { GigapxError } from './errors.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions } from './job.js'
import type { BindingTarget } from './native.js'
import { bindingifyTags, tagKeys, type TagOptions } from './tags.js'
import { bindingifyTiff, type Samples, tiffKeys, type TiffOptions } from './tiff.js'

/** A format that can be written. */
export type FileFormat = 'raw' | 'tiff' | 'deepzoom'

/**
 * How to write a file. All but `format` and `sync` is for TIFF and DeepZoom; what describes the image, for TIFF.
 */
export interface ToFileOptions extends TiffOptions, DeepZoomOptions, TagOptions, JobOptions {
  /**
   * `'raw'`: the pixels and nothing else, in rows without gaps, in the byte order of this machine.
   * `'tiff'`: a TIFF or BigTIFF. `'deepzoom'`: the image and its halves down to one pixel in tiles, as web
   * viewers load them (OpenSeadragon): `NAME.dzi` and a directory `NAME_files`, or all of that in one zip
   * archive, `NAME.szi` or `NAME.zip`. A directory that has the name is replaced with all it holds, if
   * that is levels of tiles only. Default: by the extension of the path: `.raw`; `.tif`, `.tiff`, `.btf`,
   * `.tf2`, `.tf8`; `.dzi`, `.szi`.
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
  '.dzi': 'deepzoom',
  '.szi': 'deepzoom',
}
const EXTENSIONS = `an extension among ${Object.keys(FORMATS).join(', ')}`
const BIG = new Set(['.btf', '.tf2', '.tf8'])
const LATER_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'jp2', 'jxl', 'zarr'] as const
const LATER_EXTENSIONS = new Set(['.jpg', ...LATER_FORMATS.map((name) => `.${name}`)])
const KEYS: readonly (keyof ToFileOptions)[] = ['format', 'sync', ...tiffKeys, ...deepZoomKeys, ...tagKeys, ...jobKeys]

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
  const zoomOnly = deepZoomKeys.find((name) => rest[name] !== undefined)
  if (format !== 'deepzoom' && zoomOnly !== undefined) {
    throw is.invalid("format 'deepzoom'", zoomOnly, format)
  }
  const said = tagKeys.find((name) => rest[name] !== undefined)
  if (format !== 'tiff' && said !== undefined) {
    throw is.invalid("format 'tiff'", said, format)
  }
  const tiffOnly = tiffKeys.find((name) => rest[name] !== undefined)
  if (format === 'raw' && tiffOnly !== undefined && rest[tiffOnly] !== 'none') {
    throw is.invalid("format 'tiff'", tiffOnly, format)
  }
  const target = {
    path: file,
    format,
    ...(format === 'deepzoom'
      ? bindingifyDeepZoom(rest, tiffKeys, samples, extension)
      : bindingifyTiff(rest, samples, BIG.has(extension))),
    ...bindingifyTags(rest),
    sync: is.boolean(sync, 'sync'),
  }
  return { target, job: checkJob(rest) }
}

function checkFormat(format: string | undefined, path: string, extension: string): FileFormat {
  if (format !== undefined) {
    const known = is.oneOf(format, 'format', ['raw', 'tiff', 'deepzoom', ...LATER_FORMATS])
    if (known !== 'raw' && known !== 'tiff' && known !== 'deepzoom') {
      throw new GigapxError('ERR_UNSUPPORTED', `format '${known}' is not available yet; 'raw', 'tiff' and 'deepzoom' are`)
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
