import { checkOutput, type Depth } from './depth.js'
import { calling, CallSite } from './errors.js'
import { Geometry } from './geometry.js'
import { checkHistogram, type Histogram, histogram, type HistogramOptions, mostBins } from './histogram.js'
import type { Image } from './image.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions } from './job.js'
import type { Measurement } from './measurement.js'
import { native } from './native.js'
import { bindingifyThreshold, largest, type ThresholdOptions } from './point.js'
import { type Stats, stats } from './stats.js'

/** How to spread samples over a range. */
export interface NormaliseOptions extends JobOptions {
  /** The percentile that becomes `low`, 0 to 100. Default 0: the least sample. */
  readonly lower?: number | undefined
  /** The percentile that becomes `high`. Default 100: the greatest sample. */
  readonly upper?: number | undefined
  /** The lower end of the result. Default 0. */
  readonly low?: number | undefined
  /** The upper end. Default: the largest value of the depth, 1 for float32. */
  readonly high?: number | undefined
  /** Whether each channel is spread by itself, which changes colours. Default false. */
  readonly perChannel?: boolean | undefined
  /** The depth of the result. Default: the image's. */
  readonly depth?: Depth | undefined
}

/** {@link ThresholdOptions} with a level that is to be found. */
export interface OtsuOptions extends JobOptions {
  readonly level: 'otsu'
  readonly max?: ThresholdOptions['max']
  readonly type?: ThresholdOptions['type']
}

/** Ranges that are as good as values: of a percentile they are less than a 65,536th off. */
const FINE = 65_536
/** Ranges that Otsu's level is looked for in, as in OpenCV. */
const OTSU = 256

/**
 * The operations of an image that need all of its pixels before they can say anything. Each computes the
 * image, in one pass or in two, and takes `signal`, `onProgress` and `threads` as every sink does. What
 * they find is exact, and the same however the image is cut and on however many threads.
 */
export abstract class Statistics extends Geometry {
  /**
   * Least and greatest sample with their places, mean, deviation and sum of each channel, in one pass. To find
   * them in the pass that writes the image, see {@link write}.
   *
   * Sums are exact, of float32 too, and rounded once; the deviation has all its digits also where it is
   * small beside the mean.
   *
   * @example
   * ```ts
   * const { channels: [red] } = await slide.stats()
   * console.log(red.mean, red.deviation, `darkest at ${red.minX}, ${red.minY}`)
   * ```
   * @throws GigapxError as {@link Image.toFile}
   */
  stats(options: JobOptions = {}): Promise<Stats> {
    const job = checkJob(is.options(options, 'stats options', jobKeys))
    return this.measure(stats(), job, new CallSite(Statistics.prototype.stats))
  }

  /**
   * How often each value, or each range of values, occurs. Of uint8 and uint16 each value is counted by
   * itself, in one pass. Of the other depths ranges are; where you do not say how far they reach they
   * hold all samples, which takes a pass of its own to find.
   *
   * @example
   * ```ts
   * const { all, channels } = await slide.histogram()
   * console.log(all.percentile(50), channels[0].counts)
   * await heights.histogram({ bins: 100, low: 0, high: 8848 })
   * ```
   * @throws GigapxError as {@link Image.toFile}; the promise rejects with `ERR_INVALID_ARGUMENT` if ranges
   * are to hold infinities
   */
  histogram(options: HistogramOptions & JobOptions = {}): Promise<Histogram> {
    const { bins, low, high, ...rest } = is.options(options, 'histogram options', ['bins', 'low', 'high', ...jobKeys])
    const job = checkJob(rest)
    const site = new CallSite(Statistics.prototype.histogram)
    return this.#histogram(checkHistogram({ bins, low, high }), job, site)
  }

  /**
   * The sample of each channel that so many percent of its samples do not exceed; see
   * {@link Levels.percentile}. Exact for integers that spread over less than 65,536 values; for others it
   * is off by less than a 65,536th of the range of all samples.
   *
   * @example
   * ```ts
   * const [median] = await gray.percentile(50)
   * ```
   * @param percent - 0 to 100
   * @throws GigapxError as {@link histogram}
   */
  percentile(percent: number, options: JobOptions = {}): Promise<number[]> {
    checkPercent(percent, 'percent')
    const job = checkJob(is.options(options, 'percentile options', jobKeys))
    const site = new CallSite(Statistics.prototype.percentile)
    return this.#fine(job, site).then(({ channels }) => channels.map((levels) => this.#rank(levels, percent)))
  }

  /**
   * The image with its samples spread over a range of values: the least becomes `low`, the greatest
   * `high`, the others lie between as before. With percentiles, samples beyond them saturate.
   *
   * It equals OpenCV's `normalize` by minimum and maximum, for uint8 to the byte.
   *
   * @example
   * ```ts
   * const clear = await scene.normalise({ lower: 1, upper: 99 })
   * const preview = await dem.normalise({ depth: 'uint8' })
   * ```
   * @throws GigapxError as {@link histogram}
   */
  normalise(options: NormaliseOptions = {}): Promise<Image> {
    const keys = ['lower', 'upper', 'low', 'high', 'perChannel', 'depth', ...jobKeys] as const
    const { lower = 0, upper = 100, low = 0, perChannel = false, ...rest } = is.options(options, 'normalise options', keys)
    const { high = largest(rest.depth ?? this.depth), depth, ...others } = rest
    checkPercent(lower, 'lower')
    checkPercent(upper, 'upper')
    if (lower > upper) {
      throw is.invalid(`at least lower, ${lower},`, 'upper', upper)
    }
    const to = [is.finite(low, 'low'), is.finite(high, 'high')] as const
    is.boolean(perChannel, 'perChannel')
    const output = checkOutput(depth)
    const job = checkJob(others)
    const site = new CallSite(Statistics.prototype.normalise)
    const ends = async (): Promise<readonly (readonly [number, number])[]> => {
      if (lower === 0 && upper === 100) {
        const { channels } = await this.measure(stats(), job, site)
        const found = channels.map(({ min, max }) => [min, max] as const)
        const numbers = found.filter(([min]) => !Number.isNaN(min))
        return perChannel
          ? found
          : [[Math.min(...numbers.map(([min]) => min)), Math.max(...numbers.map(([, max]) => max))]]
      }
      const { all, channels } = await this.#fine(job, site)
      const levels = perChannel ? channels : [all]
      return levels.map((one) => [this.#rank(one, lower), this.#rank(one, upper)] as const)
    }
    return ends().then((found) => {
      const stretches = found.map((from) => {
        // Without a number there is nothing to spread.
        const sound = from.every(Number.isFinite) ? from : finiteEnds(from)
        return calling(() => native.BindingMeasure.stretch([...sound], [...to], output.depth ?? this.depth))
      })
      return this.linear({
        scale: stretches.map(([scale]) => scale as number),
        offset: stretches.map(([, offset]) => offset as number),
        ...output,
      })
    })
  }

  /**
   * The image with its samples spread so that all values are about equally frequent, each channel by
   * itself. For uint8 and uint16; for uint8 it equals OpenCV's `equalizeHist`.
   *
   * @example
   * ```ts
   * const even = await scan.grayscale().equalize()
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT` if the image is of another depth; as {@link Image.toFile}
   */
  equalize(options: JobOptions = {}): Promise<Image> {
    const job = checkJob(is.options(options, 'equalize options', jobKeys))
    if (this.depth !== 'uint8' && this.depth !== 'uint16') {
      throw is.invalid('uint8 or uint16 (see cast)', 'depth', this.depth)
    }
    const site = new CallSite(Statistics.prototype.equalize)
    return this.measure(histogram(), job, site).then((counts) => this.lut(counts.equalizing()))
  }

  /**
   * Tells samples above a level from the others. A number is the level. With `'otsu'` the level is found in
   * a pass over the image, for each channel: that which parts its samples best.
   *
   * @example
   * ```ts
   * image.threshold(128)                                      // 255 above it, else 0
   * image.threshold({ level: 40, type: 'to-zero' })
   * const tissue = await slide.grayscale().threshold({ level: 'otsu', type: 'binary-inverse' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`; with `'otsu'` as {@link histogram}
   */
  override threshold(options: ThresholdOptions | number): Image
  override threshold(options: OtsuOptions | 'otsu'): Promise<Image>
  override threshold(options: ThresholdOptions | OtsuOptions | number | 'otsu'): Image | Promise<Image> {
    const object = options === 'otsu' ? { level: options } : options
    if (typeof object !== 'object' || object === null || object.level !== 'otsu') {
      return super.threshold(object as ThresholdOptions | number)
    }
    const { max, type, ...rest } = is.options(object, 'threshold options', ['level', 'max', 'type', ...jobKeys])
    const { level: _level, ...others } = rest
    const how = { ...(max === undefined ? {} : { max }), ...(type === undefined ? {} : { type }) }
    bindingifyThreshold({ level: 0, ...how }, this.depth)
    const job = checkJob(others)
    const site = new CallSite(Statistics.prototype.threshold)
    const bins = this.#isCounted() ? undefined : OTSU
    return this.#histogram({ bins }, job, site).then(({ channels }) =>
      this.threshold({ level: channels.map((levels) => levels.otsu()), ...how }),
    )
  }

  /**
   * Computes the image to find something out about it.
   *
   * @internal
   */
  protected abstract measure<T>(what: Measurement<T>, job: JobOptions, site: CallSite): Promise<T>

  /** Whether there are few enough values to count each of them. */
  #isCounted(): boolean {
    return this.depth === 'uint8' || this.depth === 'uint16'
  }

  /** A histogram that percentiles can be read from. */
  #fine(job: JobOptions, site: CallSite): Promise<Histogram> {
    if (this.#isCounted()) {
      return this.#histogram({}, job, site)
    }
    return this.#histogram({ bins: Math.min(FINE, mostBins(this.channels)) }, job, site, true)
  }

  async #histogram(options: HistogramOptions, job: JobOptions, site: CallSite, fine = false): Promise<Histogram> {
    const { low, high } = options
    if (this.#isCounted() || (low !== undefined && high !== undefined)) {
      return await this.measure(histogram(options), job, site)
    }
    const { channels } = await this.measure(stats(), stage(job, 0), site)
    const numbers = channels.filter(({ count }) => count > 0)
    const [least, most] = finiteEnds([
      Math.min(...numbers.map(({ min }) => min)),
      Math.max(...numbers.map(({ max }) => max)),
    ])
    const bins = this.#ranges({ ...options, low: low ?? least, high: high ?? most }, high === undefined, fine)
    return await this.measure(histogram(bins), stage(job, 1), site)
  }

  /** Ranges that hold the greatest sample too, if `high` is it. */
  #ranges({ bins, low = 0, high = 1 }: HistogramOptions, isGreatest: boolean, fine: boolean): HistogramOptions {
    if (this.depth === 'float32') {
      return { bins, low, high: isGreatest ? above(high) : high }
    }
    const values = high - low + 1
    if (fine && values <= (bins ?? 0)) {
      // Each value is the middle of a range of its own.
      return { bins: values, low: low - 0.5, high: high + 0.5 }
    }
    return { bins, low, high: isGreatest ? high + 1 : high }
  }

  /** A percentile, which is an integer where samples are. */
  #rank(levels: Histogram['all'], percent: number): number {
    const value = levels.percentile(percent)
    return this.depth === 'float32' ? value : Math.round(value)
  }
}

function checkPercent(value: unknown, name: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 100)) {
    throw is.invalid('a number from 0 to 100', name, value)
  }
}

/** The ends of the samples; of none, 0 and 0. */
function finiteEnds([min, max]: readonly [number, number]): readonly [number, number] {
  if (Number.isNaN(min) || min > max) {
    return [0, 0]
  }
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw is.invalid('finite samples', 'the image', Number.isFinite(min) ? max : min)
  }
  return [min, max]
}

/** The next float32. */
function above(value: number): number {
  const bits = new DataView(new ArrayBuffer(4))
  bits.setFloat32(0, value)
  const step = value < 0 ? -1 : 1
  if (value === 0) {
    return 2 ** -149
  }
  bits.setInt32(0, bits.getInt32(0) + step)
  return bits.getFloat32(0)
}

/** A job that is one half of another. */
function stage({ onProgress, ...rest }: JobOptions, which: 0 | 1): JobOptions {
  if (onProgress === undefined) {
    return rest
  }
  return {
    ...rest,
    onProgress: ({ done, total }) => {
      const all = which * total + done
      onProgress({ done: all, total: 2 * total, fraction: all / (2 * total) })
    },
  }
}
