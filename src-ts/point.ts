/**
 * The options of point operations.
 */

import { checkOutput, type Depth } from './depth.js'
import * as is from './is.js'
import type { BindingPoint } from './native.js'
import { checkValue, type Value } from './value.js'

/** The depth of a result. */
export interface DepthOptions {
  /** The depth of the result. */
  readonly depth?: Depth | undefined
}

/** How to scale samples. */
export interface LinearOptions extends DepthOptions {
  /** What samples are multiplied by. Default 1. */
  readonly scale?: Value | undefined
  /** What is added then, in levels. Default 0. */
  readonly offset?: Value | undefined
}

/** How to combine two images, or an image and a constant. */
export interface ArithmeticOptions extends DepthOptions {
  /** What a product or a quotient is multiplied by. Default 1. */
  readonly scale?: Value | undefined
}

/** What samples are kept within. */
export interface ClampOptions {
  /** The least sample. Default: no limit. */
  readonly min?: Value | undefined
  /** The largest sample. Default: no limit. */
  readonly max?: Value | undefined
}

const KINDS = ['binary', 'binary-inverse', 'truncate', 'to-zero', 'to-zero-inverse'] as const

/** Which samples to tell apart. */
export interface ThresholdOptions {
  /** Samples above it are told from the others. */
  readonly level: Value
  /** What becomes of those: the largest value of the depth by default, 1 for float32. */
  readonly max?: Value | undefined
  /**
   * | Type | Above the level | Others |
   * |---|---|---|
   * | `'binary'`, the default | `max` | 0 |
   * | `'binary-inverse'` | 0 | `max` |
   * | `'truncate'` | `level` | the sample |
   * | `'to-zero'` | the sample | 0 |
   * | `'to-zero-inverse'` | 0 | the sample |
   */
  readonly type?: (typeof KINDS)[number] | undefined
}

/** The weights of two images. */
export interface BlendOptions {
  /** The weight of this image. Default 0.5. */
  readonly alpha?: Value | undefined
  /** The weight of the other. Default 0.5. */
  readonly beta?: Value | undefined
  /** What is added to the sum. Default 0. */
  readonly gamma?: Value | undefined
}

/** A table of results, by sample: 256 for uint8, 65,536 for uint16. */
export type Table = ArrayLike<number>

const LARGEST: Record<Depth, number> = {
  uint8: 255,
  uint16: 65_535,
  int16: 32_767,
  int32: 2_147_483_647,
  float32: 1,
}

/** The value that stands for white. */
export function largest(depth: Depth): number {
  return LARGEST[depth]
}

/** Checks the options of `linear`. */
export function bindingifyLinear(options: LinearOptions): BindingPoint {
  const { scale = 1, offset = 0, depth } = is.options(options, 'linear options', ['scale', 'offset', 'depth'])
  return {
    operation: 'linear',
    scale: checkValue(scale, 'scale'),
    offset: checkValue(offset, 'offset'),
    ...checkOutput(depth),
  }
}

/** Checks the options of an operation of two. */
export function bindingifyArithmetic(operation: string, options: ArithmeticOptions): BindingPoint {
  const { scale = 1, depth } = is.options(options, `${operation} options`, ['scale', 'depth'])
  return { operation, scale: checkValue(scale, 'scale'), ...checkOutput(depth) }
}

/** Checks the options of an operation that has a depth alone. */
export function bindingifyDepth(operation: string, options: DepthOptions): BindingPoint {
  const { depth } = is.options(options, `${operation} options`, ['depth'])
  return { operation, ...checkOutput(depth) }
}

/** Checks the limits of `clamp`. */
export function bindingifyClamp(options: ClampOptions): BindingPoint {
  const { min = -Infinity, max = Infinity } = is.options(options, 'clamp options', ['min', 'max'])
  return { operation: 'clamp', min: checkValue(min, 'min'), max: checkValue(max, 'max') }
}

/** Checks the options of `threshold`. */
export function bindingifyThreshold(options: ThresholdOptions | number, depth: Depth): BindingPoint {
  const object = typeof options === 'number' ? { level: options } : options
  const { level, max = LARGEST[depth], type = 'binary' } = is.options<ThresholdOptions>(
    object,
    'threshold options',
    ['level', 'max', 'type'],
  )
  return {
    operation: 'threshold',
    level: checkValue(level, 'level'),
    max: checkValue(max, 'max'),
    kind: is.oneOf(type, 'type', KINDS),
  }
}

/** Checks the weights of `blend`. */
export function bindingifyBlend(options: BlendOptions): BindingPoint {
  const { alpha = 0.5, beta = 0.5, gamma = 0 } = is.options(options, 'blend options', ['alpha', 'beta', 'gamma'])
  return {
    operation: 'blend',
    alpha: checkValue(alpha, 'alpha'),
    beta: checkValue(beta, 'beta'),
    gamma: checkValue(gamma, 'gamma'),
  }
}

/** Checks a table, or one for each channel. */
export function bindingifyLut(table: Table | readonly Table[], options: DepthOptions): BindingPoint {
  const { depth } = is.options(options, 'lut options', ['depth'])
  const tables = isNumbers(table) ? [table] : table
  if (!Array.isArray(tables) || !tables.every(isNumbers)) {
    throw is.invalid('an array of numbers, or one for each channel,', 'table', table)
  }
  return { operation: 'lut', rows: tables.map((one) => Array.from(one)), ...checkOutput(depth) }
}

function isNumbers(value: unknown): value is Table {
  return ArrayBuffer.isView(value) || (Array.isArray(value) && typeof value[0] === 'number')
}

/** Checks a matrix of channels. */
export function bindingifyRecombine(matrix: readonly (readonly number[])[], options: DepthOptions): BindingPoint {
  const { depth } = is.options(options, 'recombine options', ['depth'])
  if (!Array.isArray(matrix) || matrix.length === 0) {
    throw is.invalid('an array of rows of numbers', 'matrix', matrix)
  }
  const rows = matrix.map((row: readonly number[], i) => checkValue(row, `matrix[${i}]`))
  return { operation: 'recombine', rows, ...checkOutput(depth) }
}
