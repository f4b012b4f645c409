import { bindingifyBorder, type Border } from './border.js'
import * as is from './is.js'
import type { BindingUnsharp } from './native.js'
import { checkPair, type Pair } from './pair.js'
import { oddSize } from './taps.js'

/** How to sharpen. */
export interface UnsharpMaskOptions {
  /** Standard deviation of the blur in pixels, above 0: the coarseness of what is sharpened. */
  readonly sigma: Pair
  /**
   * Taps of the blur's kernel, odd, 1 to 32,767. Default: about 6 sigma + 1 for uint8, 8 sigma + 1 for
   * other depths, as for `gaussianBlur`.
   */
  readonly kernelSize?: Pair | undefined
  /** How much of the difference to the blur is added: any number, below 0 to soften. Default 1. */
  readonly amount?: number | undefined
  /**
   * In levels, 0 or more: samples that differ less than this from their blur stay as they are, so
   * that noise is not sharpened. Default 0.
   */
  readonly threshold?: number | undefined
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
}

/** Checks the options. */
export function bindingifyUnsharp(options: UnsharpMaskOptions): BindingUnsharp {
  const { sigma, kernelSize, amount = 1, threshold = 0, border = 'reflect101' } = is.options(
    options,
    'unsharpMask options',
    ['sigma', 'kernelSize', 'amount', 'threshold', 'border'],
  )
  const deviation = checkPair(sigma, 'sigma', is.positive)
  const size = kernelSize === undefined ? { x: 0, y: 0 } : checkPair(kernelSize, 'kernelSize', oddSize)
  return {
    sigmaX: deviation.x,
    sigmaY: deviation.y,
    sizeX: size.x,
    sizeY: size.y,
    amount: is.finite(amount, 'amount'),
    threshold: is.nonNegative(threshold, 'threshold'),
    border: bindingifyBorder(border, 'border'),
  }
}
