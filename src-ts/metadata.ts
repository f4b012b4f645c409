import type { Depth } from './depth.js'

/**
 * A container of pixels. `'pnm'` are the portable maps PBM, PGM, PPM and PAM, `'pfm'` float maps, `'npy'` arrays
 * of NumPy, `'radiance'` is Radiance HDR.
 */
export type Format =
  | 'raw'
  | 'tiff'
  | 'bigtiff'
  | 'png'
  | 'jpeg'
  | 'webp'
  | 'pnm'
  | 'pfm'
  | 'npy'
  | 'bmp'
  | 'gif'
  | 'ico'
  | 'tga'
  | 'qoi'
  | 'radiance'
  | 'openexr'
  | 'farbfeld'
  | 'dds'
  | 'memory'

/** What the container of an image says about it. */
export interface Metadata {
  /** The container: a file of bare pixels, one of the formats that {@link open} reads, or memory. */
  readonly format: Format
  /** The file, if there is one. */
  readonly path?: string
  /** Columns. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** Interleaved samples a pixel. */
  readonly channels: number
  /** The type of a sample. */
  readonly depth: Depth
  /** The order of the bytes of a sample in the container. */
  readonly byteOrder: 'little' | 'big'
  /** Columns of a tile, if the image is stored in tiles. */
  readonly tileWidth?: number
  /** Rows of a tile, if the image is stored in tiles. */
  readonly tileHeight?: number
  /** Rows of a strip, if the image is stored in strips. */
  readonly rowsPerStrip?: number
  /**
   * How pixels are compressed: `'none'`, `'lzw'`, `'deflate'`, `'zstd'`, `'packbits'`, `'jpeg'`, `'webp'`,
   * `'ccitt-rle'`, `'ccitt-fax3'` or `'ccitt-fax4'`; in formats with a compression of their own, its name
   * (`'qoi'`, `'rle'`, `'openexr'`, `'dxt'`).
   */
  readonly compression: string
  /** Images in the file, smaller versions of them not counted. */
  readonly pages: number
  /** This page and its smaller versions, the largest first: what `open(path, { level })` counts. */
  readonly levels: readonly { readonly width: number; readonly height: number }[]
  /**
   * How regions are reached: `'random'` if each costs about the same, wherever it lies; `'sequential'` if rows
   * are decoded one after the other from the top, so that a region costs what is above it; `'whole'` if the
   * image is compressed as a whole, and has to be decoded so.
   */
  readonly access: 'random' | 'sequential' | 'whole'
}
