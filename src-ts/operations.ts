import { checkDepth, type Depth } from './depth.js'
import { Filters } from './filters.js'
import type { Image } from './image.js'
import * as is from './is.js'
import {
  type ArithmeticOptions,
  bindingifyArithmetic,
  bindingifyBlend,
  bindingifyClamp,
  bindingifyDepth,
  bindingifyLinear,
  bindingifyLut,
  bindingifyRecombine,
  bindingifyThreshold,
  type BlendOptions,
  type ClampOptions,
  type DepthOptions,
  type LinearOptions,
  type Table,
  type ThresholdOptions,
} from './point.js'
import type { BindingPoint } from './native.js'
import { checkValue, type Value } from './value.js'

/** The other image of an operation of two, or a constant: one for all channels, or one for each. */
export type Operand = Image | Value

/**
 * The operations of an image that look at no neighbours: each sample of the result depends on what
 * stands at its place in one image or several. They run as one: however many follow one another, they
 * cost one pass over the pixels.
 *
 * Results that the depth cannot hold saturate; what lies between two of its values goes to the nearer
 * one, from halfway to the even one. The arithmetic is OpenCV's (`convertTo`, `add`, `multiply`,
 * `threshold` and so on), but that int32 saturates where OpenCV's wraps.
 *
 * Images that are combined have the same size and depth ({@link cast} changes a depth). One of one
 * channel goes with one of several: it is used for each of them.
 */
export abstract class Operations extends Filters {
  /**
   * Multiplies samples and adds to them: `sample * scale + offset`, in float32. The result keeps the
   * depth unless you give one.
   *
   * @example
   * ```ts
   * image.linear({ scale: 1.2, offset: -10 })
   * image.linear({ scale: 1 / 257, depth: 'uint8' })         // uint16 to uint8
   * image.linear({ scale: [1.1, 1, 0.9] })                   // by channel
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  linear(options: LinearOptions): Image {
    return this.#point(bindingifyLinear(options))
  }

  /**
   * Changes the depth. Samples keep their value: cast to a narrower depth they saturate, they are not
   * scaled ({@link linear} is for that).
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  cast(depth: Depth): Image {
    return this.#point({ operation: 'cast', depth: checkDepth(depth, 'depth') })
  }

  /**
   * Absolute values.
   *
   * @throws GigapxError `ERR_CLOSED`
   */
  abs(): Image {
    return this.#point({ operation: 'abs' })
  }

  /**
   * The negative: of uint8 and uint16 the largest value less the sample, of other depths the sample
   * times -1.
   *
   * @throws GigapxError `ERR_CLOSED`
   */
  negate(): Image {
    return this.#point({ operation: 'negate' })
  }

  /**
   * Raises samples, as parts of the depth's largest value (of 1 for float32), to a power: below 1 it
   * brightens, above 1 it darkens. The result keeps the depth.
   *
   * @example
   * ```ts
   * image.gamma(1 / 2.2)
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  gamma(exponent: Value): Image {
    return this.#point({ operation: 'gamma', exponent: checkValue(exponent, 'exponent') })
  }

  /**
   * Raises samples to a power. The result is float32 unless you give a depth.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  pow(exponent: Value, options: DepthOptions = {}): Image {
    return this.#point({ ...bindingifyDepth('pow', options), exponent: checkValue(exponent, 'exponent') })
  }

  /**
   * Natural logarithms. The result is float32 unless you give a depth.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  log(options: DepthOptions = {}): Image {
    return this.#point(bindingifyDepth('log', options))
  }

  /**
   * Powers of e. The result is float32 unless you give a depth.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  exp(options: DepthOptions = {}): Image {
    return this.#point(bindingifyDepth('exp', options))
  }

  /**
   * Square roots. The result is float32 unless you give a depth.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  sqrt(options: DepthOptions = {}): Image {
    return this.#point(bindingifyDepth('sqrt', options))
  }

  /**
   * Keeps samples within limits.
   *
   * @example
   * ```ts
   * image.clamp({ min: 16, max: 235 })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  clamp(options: ClampOptions): Image {
    return this.#point(bindingifyClamp(options))
  }

  /**
   * Tells samples above a level from the others. A number is the level.
   *
   * @example
   * ```ts
   * image.threshold(128)                                      // 255 above it, else 0
   * image.threshold({ level: 40, type: 'to-zero' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  threshold(options: ThresholdOptions | number): Image {
    return this.#point(bindingifyThreshold(options, this.depth))
  }

  /**
   * Looks every sample up in a table: the results for 0, 1, 2 and so on, 256 for uint8 and 65,536 for
   * uint16; one table, or one for each channel. The result keeps the depth unless you give one.
   *
   * @example
   * ```ts
   * image.lut(Array.from({ length: 256 }, (_, sample) => 255 - sample))
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  lut(table: Table | readonly Table[], options: DepthOptions = {}): Image {
    return this.#point(bindingifyLut(table, options))
  }

  /**
   * Adds.
   *
   * @example
   * ```ts
   * image.add(other)
   * image.add(16).add([1, 2, 3])
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  add(other: Operand, options: DepthOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('add', options))
  }

  /**
   * Subtracts.
   *
   * @example
   * ```ts
   * const edges = image.gaussianBlur({ sigma: 1 }).subtract(image.gaussianBlur({ sigma: 2 }), { depth: 'int16' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  subtract(other: Operand, options: DepthOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('subtract', options))
  }

  /**
   * Multiplies, and by `scale` too.
   *
   * @example
   * ```ts
   * image.multiply(mask, { scale: 1 / 255 })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  multiply(other: Operand, options: ArithmeticOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('multiply', options))
  }

  /**
   * Divides; the quotient is multiplied by `scale`. What is divided by 0 is 0, but in float32 infinite
   * or NaN.
   *
   * @example
   * ```ts
   * scan.divide(flatField, { scale: 200 })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  divide(other: Operand, options: ArithmeticOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('divide', options))
  }

  /**
   * The distance of samples.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  absDiff(other: Operand, options: DepthOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('abs-diff', options))
  }

  /**
   * The smaller sample.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  min(other: Operand, options: DepthOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('min', options))
  }

  /**
   * The larger sample.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  max(other: Operand, options: DepthOptions = {}): Image {
    return this.#with(other, bindingifyArithmetic('max', options))
  }

  /**
   * A weighted sum: `this * alpha + other * beta + gamma`.
   *
   * @example
   * ```ts
   * image.blend(overlay, { alpha: 0.7, beta: 0.3 })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  blend(other: Operand, options: BlendOptions = {}): Image {
    return this.#with(other, bindingifyBlend(options))
  }

  /**
   * 255 where samples are equal, else 0, in uint8; so do the five comparisons that follow.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  equal(other: Operand): Image {
    return this.#with(other, { operation: 'equal' })
  }

  /** See {@link equal}. */
  notEqual(other: Operand): Image {
    return this.#with(other, { operation: 'not-equal' })
  }

  /** See {@link equal}. */
  less(other: Operand): Image {
    return this.#with(other, { operation: 'less' })
  }

  /** See {@link equal}. */
  lessEqual(other: Operand): Image {
    return this.#with(other, { operation: 'less-equal' })
  }

  /** See {@link equal}. */
  greater(other: Operand): Image {
    return this.#with(other, { operation: 'greater' })
  }

  /** See {@link equal}. */
  greaterEqual(other: Operand): Image {
    return this.#with(other, { operation: 'greater-equal' })
  }

  /**
   * Bits that both have, of integers.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  and(other: Operand): Image {
    return this.#with(other, { operation: 'and' })
  }

  /** Bits that either has, of integers; see {@link and}. */
  or(other: Operand): Image {
    return this.#with(other, { operation: 'or' })
  }

  /** Bits that one has, of integers; see {@link and}. */
  xor(other: Operand): Image {
    return this.#with(other, { operation: 'xor' })
  }

  /** All bits turned, of integers; see {@link and}. */
  not(): Image {
    return this.#point({ operation: 'not' })
  }

  /**
   * Channels made of channels: each row of the matrix has the weights of this image's channels, and
   * may end with a number that is added. Sums are float32. The result keeps the depth unless you give
   * one.
   *
   * @example
   * ```ts
   * image.recombine([[0, 0, 1], [0, 1, 0], [1, 0, 0]])        // BGR from RGB
   * image.recombine([[0.25, 0.5, 0.25]])
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  recombine(matrix: readonly (readonly number[])[], options: DepthOptions = {}): Image {
    return this.#point(bindingifyRecombine(matrix, options))
  }

  /**
   * The luma of RGB, as OpenCV's `cvtColor` has it; of RGB and alpha that of RGB, of gray and alpha the
   * gray.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  grayscale(): Image {
    return this.#point({ operation: 'grayscale' })
  }

  /**
   * One channel, counted from 0.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  extractChannel(channel: number): Image {
    const checked = is.integer(channel, 'channel', 0, this.channels - 1)
    return this.#point({ operation: 'extract-channel', channel: checked })
  }

  /**
   * The channels of this image and then those of others.
   *
   * @example
   * ```ts
   * const rgb = red.joinChannels(green, blue)
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  joinChannels(...images: readonly Image[]): Image {
    return this.#point({ operation: 'join-channels' }, images)
  }

  /**
   * The first image where this one is not 0, and the second elsewhere.
   *
   * @example
   * ```ts
   * image.greater(200).select(image.gaussianBlur({ sigma: 4 }), image)
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  select(first: Image, second: Image): Image {
    return this.#point({ operation: 'select' }, [first, second])
  }

  /** Columns. */
  abstract readonly width: number
  /** Rows. */
  abstract readonly height: number
  /** Interleaved samples a pixel. */
  abstract readonly channels: number
  /** The type of a sample. */
  abstract readonly depth: Depth

  #with(other: Operand, options: BindingPoint): Image {
    if (other instanceof Operations) {
      return this.#point(options, [other as Image])
    }
    return this.#point({ ...options, constant: checkValue(other, 'other') })
  }

  #point(options: BindingPoint, others: readonly Image[] = []): Image {
    return this.derive((binding, bindings) => binding.point(options, bindings), others)
  }
}
