import { bindingifyBorder, type Border } from './border.js'
import { checkOutput, type Depth } from './depth.js'
import * as is from './is.js'
import type { BindingConvolve, BindingConvolveSeparable } from './native.js'
import { checkTaps, MAX_TAPS, type Taps } from './taps.js'

/** What to convolve with. */
export interface ConvolveOptions {
  /** The rows of the kernel, of equal length: 1 to 32,767 rows of 1 to 32,767 finite numbers. */
  readonly kernel: readonly Taps[]
  /** What every number of the kernel is multiplied by. Default 1. */
  readonly scale?: number | undefined
  /** Added to every sum, in levels, before it is rounded. Default 0. */
  readonly offset?: number | undefined
  /** The depth of the result. Default: the image's. */
  readonly depth?: Depth | undefined
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
}

/** What to convolve with: a kernel that is the product of a column and a row. */
export interface ConvolveSeparableOptions {
  /** The factor along a row: 1 to 32,767 finite numbers. */
  readonly horizontal: Taps
  /** The factor down a column: 1 to 32,767 finite numbers. */
  readonly vertical: Taps
  /** Added to every sum, in levels, before it is rounded. Default 0. */
  readonly offset?: number | undefined
  /** The depth of the result. Default: the image's. */
  readonly depth?: Depth | undefined
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
}

/** Checks the options. */
export function bindingifyConvolve(options: ConvolveOptions): BindingConvolve {
  const { kernel, scale = 1, offset = 0, depth, border = 'reflect101' } = is.options(
    options,
    'convolve options',
    ['kernel', 'scale', 'offset', 'depth', 'border'],
  )
  const rows = checkRows(kernel)
  return {
    kernel: rows.flat(),
    width: rows[0]?.length ?? 0,
    height: rows.length,
    scale: is.finite(scale, 'scale'),
    offset: is.finite(offset, 'offset'),
    ...checkOutput(depth),
    border: bindingifyBorder(border, 'border'),
  }
}

/** Checks the options. */
export function bindingifyConvolveSeparable(options: ConvolveSeparableOptions): BindingConvolveSeparable {
  const { horizontal, vertical, offset = 0, depth, border = 'reflect101' } = is.options(
    options,
    'convolveSeparable options',
    ['horizontal', 'vertical', 'offset', 'depth', 'border'],
  )
  return {
    horizontal: checkTaps(horizontal, 'horizontal'),
    vertical: checkTaps(vertical, 'vertical'),
    offset: is.finite(offset, 'offset'),
    ...checkOutput(depth),
    border: bindingifyBorder(border, 'border'),
  }
}

/** Checks the rows of a kernel. */
export function checkRows(kernel: readonly Taps[]): number[][] {
  if (!Array.isArray(kernel) || kernel.length === 0 || kernel.length > MAX_TAPS) {
    throw is.invalid(`an array of 1 to ${MAX_TAPS} rows of numbers`, 'kernel', kernel)
  }
  const rows = Array.from(kernel, (row: Taps, i) => checkTaps(row, `kernel[${i}]`))
  const columns = rows[0]?.length
  const odd = rows.findIndex((row) => row.length !== columns)
  if (odd !== -1) {
    throw is.invalid(`${columns} numbers, as in the first row,`, `kernel[${odd}]`, kernel[odd])
  }
  return rows
}
