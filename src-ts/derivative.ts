/** Options of the filters that differentiate. */

import { bindingifyBorder, type Border } from './border.js'
import { checkOutput, type Depth } from './depth.js'
import * as is from './is.js'
import type { BindingDerivative, BindingGradient, BindingLaplacian } from './native.js'
import { oddSize } from './taps.js'

/** What all of them take. */
interface DerivedOptions {
  /** What the result is multiplied by. Default 1. */
  readonly scale?: number | undefined
  /**
   * The depth of the result. Default: one that holds the signs, int16 for uint8, int32 for int32 and
   * float32 for the others.
   */
  readonly depth?: Depth | undefined
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
}

/** Which derivative. */
export interface ScharrOptions extends DerivedOptions {
  /** 1 to differentiate along a row; default 0. Exactly one of `dx` and `dy` is 1. */
  readonly dx?: number | undefined
  /** 1 to differentiate down a column; default 0. */
  readonly dy?: number | undefined
  /** Added to the result, in levels, before it is rounded. Default 0. */
  readonly offset?: number | undefined
}

/** Which derivative, and how much it is smoothed. */
export interface SobelOptions extends DerivedOptions {
  /**
   * The order of the derivative along a row. Default 0. Below `size`, and at most 2 if that is 1; one
   * of `dx` and `dy` is above 0.
   */
  readonly dx?: number | undefined
  /** The order of the derivative down a column, as `dx`. Default 0. */
  readonly dy?: number | undefined
  /** Columns and rows of the kernel, odd, 1 to 31. Default 3. Size 1 is 3 taps and no smoothing. */
  readonly size?: number | undefined
  /** Added to the result, in levels, before it is rounded. Default 0. */
  readonly offset?: number | undefined
}

/** Which kernel. */
export interface LaplacianOptions extends DerivedOptions {
  /**
   * Columns and rows of the kernel, odd, 1 to 31. Default 1: the four neighbours. Size 3 takes the
   * four diagonal ones, larger sizes smooth.
   */
  readonly size?: number | undefined
  /** Added to the result, in levels, before it is rounded. Default 0. */
  readonly offset?: number | undefined
}

/** Of which derivatives. */
export interface GradientMagnitudeOptions extends DerivedOptions {
  /** Whose kernels the two derivatives have. Default `'sobel'`. */
  readonly operator?: 'sobel' | 'scharr' | undefined
  /** Columns and rows of Sobel's kernels, odd, 1 to 31. Default 3. Scharr's have no other size. */
  readonly size?: number | undefined
}

const MAX_SIZE = 31
const SHARED = ['scale', 'depth', 'border'] as const

/** Checks the options. */
export function bindingifySobel(options: SobelOptions): BindingDerivative {
  const { dx = 0, dy = 0, size = 3, offset = 0, ...rest } = is.options(
    options,
    'sobel options',
    ['dx', 'dy', 'size', 'offset', ...SHARED],
  )
  oddSize(size, 'size', MAX_SIZE)
  const highest = size === 1 ? 2 : size - 1
  is.integer(dx, 'dx', 0, highest)
  is.integer(dy, 'dy', 0, highest)
  if (dx === 0 && dy === 0) {
    throw is.invalid('an order above 0', 'dx or dy', 0)
  }
  return { dx, dy, size, offset: is.finite(offset, 'offset'), ...checkShared(rest) }
}

/** Checks the options. */
export function bindingifyScharr(options: ScharrOptions): BindingDerivative {
  const { dx = 0, dy = 0, offset = 0, ...rest } = is.options(
    options,
    'scharr options',
    ['dx', 'dy', 'offset', ...SHARED],
  )
  is.integer(dx, 'dx', 0, 1)
  is.integer(dy, 'dy', 0, 1)
  if (dx === dy) {
    throw is.invalid('{ dx: 1, dy: 0 } or { dx: 0, dy: 1 }', 'the order', { dx, dy })
  }
  return { dx, dy, offset: is.finite(offset, 'offset'), ...checkShared(rest) }
}

/** Checks the options. */
export function bindingifyLaplacian(options: LaplacianOptions): BindingLaplacian {
  const { size = 1, offset = 0, ...rest } = is.options(
    options,
    'laplacian options',
    ['size', 'offset', ...SHARED],
  )
  return {
    size: oddSize(size, 'size', MAX_SIZE),
    offset: is.finite(offset, 'offset'),
    ...checkShared(rest),
  }
}

/** Checks the options. */
export function bindingifyGradient(options: GradientMagnitudeOptions): BindingGradient {
  const { operator = 'sobel', size, ...rest } = is.options(
    options,
    'gradientMagnitude options',
    ['operator', 'size', ...SHARED],
  )
  is.oneOf(operator, 'operator', ['sobel', 'scharr'])
  const shared = checkShared(rest)
  if (operator === 'sobel') {
    return { size: oddSize(size ?? 3, 'size', MAX_SIZE), ...shared }
  }
  if (size !== undefined) {
    throw is.invalid("operator 'sobel'", 'size', operator)
  }
  return shared
}

function checkShared({ scale = 1, depth, border = 'reflect101' }: DerivedOptions): BindingGradient {
  return {
    scale: is.finite(scale, 'scale'),
    ...checkOutput(depth),
    border: bindingifyBorder(border, 'border'),
  }
}
