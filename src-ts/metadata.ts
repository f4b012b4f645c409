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
  /** How pixels are compressed; `'none'` if they are not. */
  readonly compression: string
  /** Images in the file; the first is read. */
  readonly pages: number
  /** How regions are reached: `'random'` if each costs the same, wherever it lies. */
  readonly access: string
}
