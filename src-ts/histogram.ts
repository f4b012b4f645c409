import { calling } from './errors.js'
import * as is from './is.js'
import { Measurement, type Subject } from './measurement.js'
import { type BindingHistogram, native } from './native.js'

/** What a histogram counts. */
export interface HistogramOptions {
  /**
   * How many ranges of equal width to count, 1 to 16,777,213 over all channels. Default: for uint8 and
   * uint16 each value is counted by itself, if neither of `low` and `high` is given; otherwise 256.
   */
  readonly bins?: number | undefined
  /** Where the first range begins. Default: for uint8 and uint16 0. */
  readonly low?: number | undefined
  /** Where the last range ends; it does not have this value. Default: for uint8 256, for uint16 65,536. */
  readonly high?: number | undefined
}

const ENDS: Record<string, number> = { uint8: 256, uint16: 65_536 }
const DEFAULT_BINS = 256
/** Counts that the channels may have together. */
const MAX_COUNTS = 2 ** 24
/** Counts of a channel beside those of its ranges: below, above, NaN. */
const OUTSIDE = 3
/** What the binding calls all channels together. */
const ALL = -1

/** The counts of one channel, or of all together. */
export class Levels {
  readonly #binding: BindingHistogram
  readonly #channel: number
  #counts: Float64Array | undefined

  /** Samples below the first range. */
  readonly below: number
  /** Samples above the last range, those at its end among them. */
  readonly above: number
  /** Samples that are NaN. */
  readonly nan: number

  /** @internal */
  constructor(binding: BindingHistogram, channel: number) {
    this.#binding = binding
    this.#channel = channel
    const [below = 0, above = 0, nan = 0] = calling(() => binding.outside(channel))
    this.below = below
    this.above = above
    this.nan = nan
  }

  /** The mean of the samples in the ranges, each taken for the middle of its own; NaN if there are none. */
  get mean(): number {
    return calling(() => this.#binding.mean(this.#channel)) ?? Number.NaN
  }

  /** How many samples each bin has. */
  get counts(): Float64Array {
    this.#counts ??= calling(() => this.#binding.counts(this.#channel))
    return this.#counts
  }

  /**
   * The percentile by nearest rank: the least sample that so many percent of all samples do not exceed.
   * Of a range it is the middle; of what is outside of all ranges, the end next to it. NaN if there is no
   * number.
   *
   * @param percent - 0 to 100; 50 gives the median
   * @throws GigapxError `ERR_INVALID_ARGUMENT`
   */
  percentile(percent: number): number {
    is.finite(percent, 'percent')
    return calling(() => this.#binding.percentile(this.#channel, percent)) ?? Number.NaN
  }

  /**
   * Otsu's level: it parts the samples so that those above it and the others are as far apart as can
   * be. It equals OpenCV's for uint8 and uint16; of a range it is the end.
   */
  otsu(): number {
    return calling(() => this.#binding.otsu(this.#channel))
  }
}

/**
 * How often samples of each value, or of each range of values, occur. Counts are exact, and add up to
 * the same however the image is computed.
 */
export class Histogram {
  readonly #binding: BindingHistogram
  #all: Levels | undefined

  /** Counts a channel. */
  readonly bins: number
  /** Where the first bin begins. */
  readonly low: number
  /** Where the last bin ends. */
  readonly high: number
  /** Channel by channel. */
  readonly channels: readonly Levels[]

  /** @internal */
  constructor(binding: BindingHistogram, channels: number, { bins, low, high }: Bins) {
    this.#binding = binding
    this.bins = bins
    this.low = low
    this.high = high
    this.channels = Array.from({ length: channels }, (_, channel) => new Levels(binding, channel))
  }

  /** All channels together. */
  get all(): Levels {
    this.#all ??= new Levels(this.#binding, ALL)
    return this.#all
  }

  /**
   * The tables that equalise the channels.
   *
   * @internal
   */
  equalizing(): number[][] {
    return calling(() => this.#binding.equalizing())
  }
}

/** What is counted, in numbers. */
interface Bins {
  readonly bins: number
  readonly low: number
  readonly high: number
}

/** How many ranges an image of so many channels can have. */
export function mostBins(channels: number): number {
  return Math.floor(MAX_COUNTS / channels) - OUTSIDE
}

/** Checks the options. */
export function checkHistogram(options: HistogramOptions): HistogramOptions {
  const { bins, low, high } = is.options(options, 'histogram options', ['bins', 'low', 'high'])
  if (bins !== undefined) {
    is.integer(bins, 'bins', 1, mostBins(1))
  }
  if (low !== undefined) {
    is.finite(low, 'low')
  }
  if (high !== undefined) {
    is.finite(high, 'high')
  }
  return { bins, low, high }
}

/**
 * A histogram of an image, to be counted in the pass that writes others; see {@link Image.histogram}. For
 * int16, int32 and float32 `low` and `high` must be given.
 *
 * @example
 * ```ts
 * const [, histogram] = await write([[edges, 'edges.tif'], [slide, histogram()]])
 * console.log(histogram.all.percentile(50))
 * ```
 * @throws GigapxError `ERR_INVALID_ARGUMENT`
 */
export function histogram(options: HistogramOptions = {}): Measurement<Histogram> {
  const checked = checkHistogram(options)
  return new Measurement(
    (binding, subject) => {
      const { bins, low, high } = resolve(checked, subject)
      // The binding counts values if it is told no number of ranges.
      const values = Object.values(checked).every((option) => option === undefined)
      return calling(() => native.BindingMeasure.histogram(binding, values ? 0 : bins, low, high))
    },
    (measure, subject) =>
      new Histogram(calling(() => measure.counts()), subject.channels, resolve(checked, subject)),
  )
}

function resolve({ bins, low, high }: HistogramOptions, { depth }: Subject): Bins {
  const end = ENDS[depth]
  if (end === undefined) {
    for (const [name, value] of Object.entries({ low, high })) {
      if (value === undefined) {
        throw is.invalid('a number', name, value)
      }
    }
    return { bins: bins ?? DEFAULT_BINS, low: low as number, high: high as number }
  }
  const isPlain = low === undefined && high === undefined
  return { bins: bins ?? (isPlain ? end : DEFAULT_BINS), low: low ?? 0, high: high ?? end }
}
