import { bindingifyBorder, type Border } from './border.js'
import * as is from './is.js'
import type { BindingGaussian } from './native.js'
import { checkPair, type Pair } from './pair.js'
import { oddSize } from './taps.js'

/** What to blur with. At least one of `sigma` and `kernelSize` must be given. */
export interface GaussianBlurOptions {
  /**
   * Standard deviation in pixels, above 0. Without it, it follows from the size of the kernel as in
   * OpenCV: `0.3 * ((size - 1) / 2 - 1) + 0.8`.
   */
  readonly sigma?: Pair | undefined
  /**
   * Taps of the kernel, odd, 1 to 32,767; 1 leaves an axis as it is. Without it, it follows from
   * sigma as in OpenCV: about 6 sigma + 1 for uint8, 8 sigma + 1 for other depths.
   */
  readonly kernelSize?: Pair | undefined
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
  /**
   * `'exact'`, the default: what OpenCV computes, byte for byte where it defines the filter; the cost
   * grows with the size of the kernel. `'fast'`: by resampling, at nearly the same cost for every sigma
   * from 5 up. It differs from the true Gaussian, whose tails it does not cut at `kernelSize`, by at
   * most 1 level for uint8 and 1/1000 of the range of the samples for other depths. Its bytes are as
   * independent of tiles, threads and processors as those of the exact result. Sigma is at most 5,000.
   */
  readonly precision?: 'exact' | 'fast' | undefined
}

/** Checks the options. */
export function bindingifyGaussian(options: GaussianBlurOptions): BindingGaussian {
  const { sigma, kernelSize, border = 'reflect101', precision = 'exact' } = is.options(
    options,
    'gaussianBlur options',
    ['sigma', 'kernelSize', 'border', 'precision'],
  )
  is.oneOf(precision, 'precision', ['exact', 'fast'])
  if (sigma === undefined && kernelSize === undefined) {
    throw is.invalid('a number or { x, y }', 'sigma', sigma)
  }
  const deviation = sigma === undefined ? { x: 0, y: 0 } : checkPair(sigma, 'sigma', is.positive)
  const size = kernelSize === undefined ? { x: 0, y: 0 } : checkPair(kernelSize, 'kernelSize', oddSize)
  return {
    sigmaX: deviation.x,
    sigmaY: deviation.y,
    sizeX: size.x,
    sizeY: size.y,
    border: bindingifyBorder(border, 'border'),
    precision,
  }
}
