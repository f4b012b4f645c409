import type { Depth } from './depth.js'

/** What the container of an image says about it. */
export interface Metadata {
  /** The container: a file of bare pixels, TIFF, BigTIFF, or memory. */
  readonly format: 'raw' | 'tiff' | 'bigtiff' | 'memory'
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
   * `'ccitt-rle'`, `'ccitt-fax3'` or `'ccitt-fax4'`.
   */
  readonly compression: string
  /** Images in the file, smaller versions of them not counted. */
  readonly pages: number
  /** This page and its smaller versions, the largest first: what `open(path, { level })` counts. */
  readonly levels: readonly { readonly width: number; readonly height: number }[]
  /**
   * How regions are reached: `'random'` if each costs about the same, wherever it lies; `'whole'` if the
   * image is compressed as a whole, and has to be decoded so.
   */
  readonly access: string
}
