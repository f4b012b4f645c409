import { calling } from './errors.js'
import { Measurement } from './measurement.js'
import { native } from './native.js'

/** What a channel adds up to. NaN samples are counted, and left out of everything else. */
export interface ChannelStats {
  /** Samples that are numbers. */
  readonly count: number
  /** Samples that are NaN. */
  readonly nan: number
  /** The least sample; NaN if there is no number, as in the fields that follow. */
  readonly min: number
  /** Its column, where it occurs first: in the topmost row, and there leftmost. */
  readonly minX: number
  /** Its row. */
  readonly minY: number
  /** The greatest sample. */
  readonly max: number
  /** Its column, where it occurs first. */
  readonly maxX: number
  /** Its row. */
  readonly maxY: number
  /** The sum: exact, then rounded once to a number. */
  readonly sum: number
  /** The sum of the squares, likewise. */
  readonly squaresSum: number
  /** `sum / count`. */
  readonly mean: number
  /** The standard deviation: the root of the mean square distance from the mean. */
  readonly deviation: number
}

/** What an image adds up to. */
export interface Stats {
  /** Channel by channel. */
  readonly channels: readonly ChannelStats[]
}

/**
 * Statistics of an image, to be found in the pass that writes others; see {@link Image.stats}.
 *
 * @example
 * ```ts
 * const [, { channels }] = await write([[edges, 'edges.tif'], [edges, stats()]])
 * ```
 */
export function stats(): Measurement<Stats> {
  return new Measurement(
    (binding) => native.BindingMeasure.stats(binding),
    (measure) => ({ channels: calling(() => measure.channels()) }),
  )
}
