import { bindingifyBorder, type Border } from './border.js'
import * as is from './is.js'
import type { BindingRank } from './native.js'
import { checkPair, type Pair } from './pair.js'

/** Of which rectangle to take the median. */
export interface MedianOptions {
  /** Columns and rows of the rectangle, odd, 1 to 255. */
  readonly size: Pair
  /** The samples outside the image. Default `'replicate'`, as in OpenCV. */
  readonly border?: Border | undefined
}

/** Which sample of which rectangle to take; `index` or `percentile` must be given. */
export interface RankOptions extends MedianOptions {
  /** The rank of the sample, from 0 for the smallest. */
  readonly index?: number | undefined
  /** The rank as a part of the way from the smallest to the largest, 0 to 100. */
  readonly percentile?: number | undefined
}

const MAX_SIDE = 255

/** Checks the options. */
export function bindingifyMedian(options: MedianOptions): BindingRank {
  return common(is.options(options, 'median options', ['size', 'border']))
}

/** Checks the options. */
export function bindingifyRank(options: RankOptions): BindingRank {
  const { index, percentile } = is.options(options, 'rank options', ['size', 'index', 'percentile', 'border'])
  const checked = common(options)
  if ((index === undefined) === (percentile === undefined)) {
    throw is.invalid('one of index and percentile', 'the rank', { index, percentile })
  }
  return index === undefined
    ? { ...checked, percentile: hundredths(percentile) }
    : { ...checked, index: is.integer(index, 'index', 0, checked.sizeX * checked.sizeY - 1) }
}

function common({ size, border = 'replicate' }: MedianOptions): BindingRank {
  const { x, y } = checkPair(size, 'size', oddSide)
  return { sizeX: x, sizeY: y, border: bindingifyBorder(border, 'border') }
}

function oddSide(value: unknown, name: string): number {
  if (typeof value !== 'number' || value < 1 || value > MAX_SIDE || value % 2 !== 1) {
    throw is.invalid(`an odd integer from 1 to ${MAX_SIDE}`, name, value)
  }
  return value
}

function hundredths(value: unknown): number {
  if (typeof value !== 'number' || !(value >= 0 && value <= 100)) {
    throw is.invalid('a number from 0 to 100', 'percentile', value)
  }
  return value
}
