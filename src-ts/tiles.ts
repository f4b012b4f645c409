import { Buffer } from 'node:buffer'

import type { Depth } from './depth.js'
import { calling, type CallSite } from './errors.js'
import { Job, type JobOptions } from './job.js'
import { claim } from './memory.js'
import type { BindingImage, BindingTiles } from './native.js'

/** How to cut an image into tiles. */
export interface TilesOptions extends JobOptions {
  /** Columns of a tile, 1 or more; those at the right edge are narrower if it does not divide. */
  readonly width: number
  /** Rows of a tile, 1 or more; those at the bottom are lower if it does not divide. */
  readonly height: number
}

/** A finished piece of an image. */
export interface Tile {
  /** The samples, in native memory that is not copied. Yours to keep and to change. */
  readonly data: Buffer
  /** The column of the image that the tile starts at. */
  readonly left: number
  /** The row of the image that the tile starts at. */
  readonly top: number
  /** Columns. */
  readonly width: number
  /** Rows. */
  readonly height: number
  /** Interleaved samples a pixel. */
  readonly channels: number
  /** The type of a sample. */
  readonly depth: Depth
  /** Bytes from the start of a row to that of the next. */
  readonly rowStride: number
}

/**
 * Yields the tiles of an image, row by row from the top left. `memory` is the caller's that the image
 * is computed from, if it is.
 */
export async function* generateTiles(
  image: BindingImage,
  memory: readonly Uint8Array[],
  size: { width: number; height: number },
  options: JobOptions,
  site: CallSite,
): AsyncGenerator<Tile, void, undefined> {
  const { channels, depth } = image as { channels: number; depth: Depth }
  const release = claim({ reads: memory })
  try {
    const job = new Job(options, site)
    const tiles = startTiles(image, size, job, site)
    try {
      for (;;) {
        // One at a time, in order: how far to run ahead is the native side's business.
        // oxlint-disable-next-line no-await-in-loop
        const { tile, error } = await tiles.next()
        job.check(error)
        if (tile === undefined) {
          job.complete()
          return
        }
        const { data, ...place } = tile
        yield {
          data: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
          ...place,
          channels,
          depth,
          rowStride: data.byteLength / tile.height,
        }
      }
    } finally {
      // Also when the consumer breaks off: it frees the tiles that are ready or in work.
      tiles.close()
      job.release()
    }
  } finally {
    release()
  }
}

function startTiles(
  image: BindingImage,
  size: { width: number; height: number },
  job: Job,
  site: CallSite,
): BindingTiles {
  try {
    return calling(() => image.tiles(job.binding, size.width, size.height), site)
  } catch (error) {
    job.release()
    throw error
  }
}
