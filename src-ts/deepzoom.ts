import * as is from './is.js'
import type { BindingDeepZoom, BindingTarget } from './native.js'
import { type Binding, bindingifyTiff, CHANNELS, checkDecimation, checkQuality, checkSubsampling, type Samples, type TiffOptions } from './tiff.js'

/** What a tile of DeepZoom is a file of. */
export type TileFormat = 'jpeg' | 'png' | 'webp'

/** How to write DeepZoom, beside `tileSize`, `quality`, `chromaSubsampling` and `decimation`. */
export interface DeepZoomOptions {
  /**
   * Columns and rows by which a tile is larger than `tileSize` on each side where the image goes on. Less
   * than `tileSize`. Default 1: viewers show seams between tiles without.
   */
  readonly overlap?: number | undefined
  /**
   * What tiles are files of. `'jpeg'`, the default, takes 1 or 3 channels of uint8, `'webp'` 3 or 4;
   * `'png'` 1 to 4 channels of uint8 or uint16. See `quality` and `chromaSubsampling`.
   */
  readonly tileFormat?: TileFormat | undefined
}

/** The options of DeepZoom and of no other format. */
export const deepZoomKeys: readonly (keyof DeepZoomOptions)[] = ['overlap', 'tileFormat']

const MAX_TILE = 8192
const DEFAULT_TILE = 254
const DEFAULT_OVERLAP = 1
const ARCHIVES = ['.szi', '.zip']
const EXTENSIONS = ['.dzi', ...ARCHIVES]
const PNG_CHANNELS = 4

/** Checks how to write DeepZoom to a file with that extension. */
export function bindingifyDeepZoom(
  options: TiffOptions & DeepZoomOptions,
  samples: Samples,
  extension: string,
): Binding & Pick<BindingTarget, 'deepZoom'> {
  if (!EXTENSIONS.includes(extension)) {
    throw is.invalid(`a path with an extension among ${EXTENSIONS.join(', ')}`, "format 'deepzoom'", extension)
  }
  const { tileSize = DEFAULT_TILE, overlap = DEFAULT_OVERLAP, chromaSubsampling, decimation } = options
  const tileFormat = is.oneOf(options.tileFormat ?? 'jpeg', 'tileFormat', ['jpeg', 'png', 'webp'])
  checkSamples(tileFormat, samples)
  if (options.quality !== undefined && tileFormat === 'png') {
    throw is.invalid("tileFormat 'jpeg' or 'webp'", 'quality', tileFormat)
  }
  if (chromaSubsampling !== undefined && tileFormat !== 'jpeg') {
    throw is.invalid("tileFormat 'jpeg'", 'chromaSubsampling', tileFormat)
  }
  const size = is.integer(tileSize, 'tileSize', 1, MAX_TILE)
  const deepZoom: BindingDeepZoom = {
    archive: ARCHIVES.includes(extension),
    tileSize: size,
    // Tiles of one pixel overlap by none.
    overlap: is.integer(options.overlap ?? Math.min(overlap, size - 1), 'overlap', 0, size - 1),
    tileFormat,
    subsampled: checkSubsampling(chromaSubsampling),
    ...checkQuality(options.quality, tileFormat),
  }
  return { ...bindingifyTiff({}, samples, false), decimation: checkDecimation(decimation), deepZoom }
}

function checkSamples(tileFormat: TileFormat, { channels, depth }: Samples): void {
  const isPng = tileFormat === 'png'
  const fits = isPng
    ? (depth === 'uint8' || depth === 'uint16') && channels <= PNG_CHANNELS
    : depth === 'uint8' && CHANNELS[tileFormat]?.includes(channels) === true
  if (!fits) {
    const counts = isPng ? '1 to 4' : CHANNELS[tileFormat]?.join(' or ')
    const expected = `an image of ${counts} channels of ${isPng ? 'uint8 or uint16' : 'uint8 (see cast)'}`
    throw is.invalid(expected, `tileFormat '${tileFormat}'`, `${channels} of ${depth}`)
  }
}
