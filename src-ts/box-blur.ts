import { bindingifyBorder, type Border } from './border.js'
import { checkOutput, type Depth } from './depth.js'
import * as is from './is.js'
import type { BindingBox } from './native.js'
import { checkPair, type Pair } from './pair.js'
import { MAX_TAPS } from './taps.js'

/** Which rectangle to average. */
export interface BoxBlurOptions {
  /** Columns and rows of the rectangle, 1 to 32,767. */
  readonly size: Pair
  /** Whether the sum is divided by the area. Default true. */
  readonly normalize?: boolean | undefined
  /** The depth of the result. Default: the image's. */
  readonly depth?: Depth | undefined
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
}

/** Checks the options. */
export function bindingifyBox(options: BoxBlurOptions): BindingBox {
  const { size, normalize = true, depth, border = 'reflect101' } = is.options(
    options,
    'boxBlur options',
    ['size', 'normalize', 'depth', 'border'],
  )
  const { x, y } = checkPair(size, 'size', (value, name) => is.integer(value, name, 1, MAX_TAPS))
  return {
    sizeX: x,
    sizeY: y,
    normalize: is.boolean(normalize, 'normalize'),
    ...checkOutput(depth),
    border: bindingifyBorder(border, 'border'),
  }
}
