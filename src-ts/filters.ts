import { bindingifyBox, type BoxBlurOptions } from './box-blur.js'
import {
  bindingifyConvolve,
  bindingifyConvolveSeparable,
  type ConvolveOptions,
  type ConvolveSeparableOptions,
} from './convolve.js'
import {
  bindingifyGradient,
  bindingifyLaplacian,
  bindingifyScharr,
  bindingifySobel,
  type GradientMagnitudeOptions,
  type LaplacianOptions,
  type ScharrOptions,
  type SobelOptions,
} from './derivative.js'
import { bindingifyGaussian, type GaussianBlurOptions } from './gaussian-blur.js'
import type { Image } from './image.js'
import type { BindingImage } from './native.js'
import { bindingifyMedian, bindingifyRank, type MedianOptions, type RankOptions } from './rank.js'
import { bindingifyUnsharp, type UnsharpMaskOptions } from './unsharp-mask.js'

/**
 * The filters of an image that look at the neighbours of each pixel. All work on every depth and any
 * number of channels, each channel by itself, and see the border's samples outside the image. Results
 * that the depth cannot hold saturate; what lies between two of its values goes to the nearer one,
 * from halfway to the even one.
 *
 * Where a method is said to equal OpenCV, it equals version 4.6 on a processor with AVX2, but for the
 * last up to 7 samples of a row: there OpenCV may round otherwise than in the rest of it, by 1 or in
 * the last bits of float32. int32, which OpenCV lacks, is computed in float64.
 */
export abstract class Filters {
  /**
   * The image that the binding makes of this one, and of others.
   *
   * @internal
   */
  protected abstract derive(
    make: (binding: BindingImage, others: BindingImage[]) => BindingImage,
    others?: readonly Image[],
  ): Image

  /**
   * Blurs with a Gaussian. The result keeps the depth.
   *
   * It equals OpenCV's `GaussianBlur`, which rounds halves up in uint8 and uint16. An image of one row
   * is not blurred down, and one of one column not across, unless the border is a constant. Cost is
   * proportional to the sum of the kernel's sides.
   *
   * @example
   * ```ts
   * image.gaussianBlur({ sigma: 2.2 })
   * image.gaussianBlur({ sigma: { x: 4, y: 1 }, border: 'replicate' })
   * image.gaussianBlur({ kernelSize: 11, border: { constant: 255 } })
   * image.gaussianBlur({ sigma: 40, precision: 'fast' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, also if sigma needs more than 32,767 taps; `ERR_CLOSED`
   */
  gaussianBlur(options: GaussianBlurOptions): Image {
    const checked = bindingifyGaussian(options)
    return this.derive((binding) => binding.gaussianBlur(checked))
  }

  /**
   * Averages the pixels under a rectangle, whose column `floor(x / 2)` and row `floor(y / 2)` lie on the
   * pixel. Without `normalize` it sums them: give a `depth` that holds the sums, or they saturate. The
   * result keeps the depth unless you give one.
   *
   * It equals OpenCV's `blur` and `boxFilter`, which round means of uint8 in a way of their own; but
   * not over an area of 2 pixels, where OpenCV brightens uint8. Sums of int32 are exact. Cost does not
   * depend on the size, except for float32, where it is proportional to the sum of the sides.
   *
   * @example
   * ```ts
   * image.boxBlur({ size: 11 })
   * image.boxBlur({ size: { x: 1, y: 64 }, border: 'replicate' })
   * image.boxBlur({ size: 3, normalize: false, depth: 'int32' })   // local sums
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  boxBlur(options: BoxBlurOptions): Image {
    const checked = bindingifyBox(options)
    return this.derive((binding) => binding.boxBlur(checked))
  }

  /**
   * Replaces each pixel by the sum of its neighbours, weighted by the numbers of `kernel` times `scale`,
   * plus `offset`. The kernel lies as it is written, not flipped (turn it by 180 degrees for the
   * convolution of mathematics), with column `floor(columns / 2)` and row `floor(rows / 2)` on the pixel;
   * sides may be even. The result keeps the depth unless you give one.
   *
   * It equals OpenCV's `filter2D`: float32 below 130 numbers for uint8 to uint8 or int16 and for float32
   * to float32, below 50 for other depths, and float64 from there on, where OpenCV's results for uint8
   * may be off by 1. Cost is proportional to the numbers that are not 0, and less if the kernel is the
   * product of a column and a row; see {@link convolveSeparable}.
   *
   * @example
   * ```ts
   * const emboss = [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
   * image.convolve({ kernel: emboss })
   * image.convolve({ kernel: [[1, 2, 1], [2, 4, 2], [1, 2, 1]], scale: 1 / 16 })
   * image.convolve({ kernel: [[-1, 1]], offset: 128 })   // differences along a row, in uint8
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  convolve(options: ConvolveOptions): Image {
    const checked = bindingifyConvolve(options)
    return this.derive((binding) => binding.convolve(checked))
  }

  /**
   * Convolves with the product of a column and a row: what {@link convolve} does with
   * `kernel[j][i] = vertical[j] * horizontal[i]`, at a cost proportional to the sum of the sides.
   * Nothing is flipped, entry `floor(length / 2)` of each lies on the pixel, and lengths may be even.
   * The result keeps the depth unless you give one.
   *
   * It equals OpenCV's `sepFilter2D`. Sums are float32, or float64 if the image or the result is int32,
   * and only the last one is rounded to the depth.
   *
   * @example
   * ```ts
   * image.convolveSeparable({ horizontal: [0.25, 0.5, 0.25], vertical: [0.25, 0.5, 0.25] })
   * image.convolveSeparable({ horizontal: [1, 2, 1], vertical: [1, 0, -1], depth: 'float32' })
   * image.convolveSeparable({ horizontal: new Float32Array(9).fill(1 / 9), vertical: [1] })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  convolveSeparable(options: ConvolveSeparableOptions): Image {
    const checked = bindingifyConvolveSeparable(options)
    return this.derive((binding) => binding.convolveSeparable(checked))
  }

  /**
   * Differentiates with Sobel's kernels: differences along the derivative, binomial smoothing across.
   * The default is `[-1, 0, 1]` times `[1, 2, 1]`. The taps are whole numbers, so results grow with
   * `size`; `scale` brings them back. The result of uint8 is int16, of int32 int32 and of the others
   * float32, unless you give a depth.
   *
   * It equals OpenCV's `Sobel` with that depth as `ddepth`, but for int16 from size 15 on: there OpenCV
   * overflows, where this saturates.
   *
   * @example
   * ```ts
   * image.sobel({ dx: 1 })                                     // edges that run down
   * image.sobel({ dx: 1, dy: 1, size: 5, scale: 1 / 16 })
   * image.sobel({ dy: 1, offset: 128, depth: 'uint8' })        // to look at
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  sobel(options: SobelOptions): Image {
    const checked = bindingifySobel(options)
    return this.derive((binding) => binding.derivative(checked))
  }

  /**
   * Differentiates with Scharr's kernel, `[-1, 0, 1]` times `[3, 10, 3]`, whose directions are truer
   * than those of Sobel's. The result of uint8 is int16, of int32 int32 and of the others float32,
   * unless you give a depth. It equals OpenCV's `Scharr`.
   *
   * @example
   * ```ts
   * image.scharr({ dx: 1 })
   * image.scharr({ dy: 1, scale: 1 / 32, depth: 'float32' })   // levels a pixel
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  scharr(options: ScharrOptions): Image {
    const checked = bindingifyScharr(options)
    return this.derive((binding) => binding.derivative(checked))
  }

  /**
   * The Laplacian: the second derivative along rows plus that down columns, positive where a pixel is
   * darker than what surrounds it. The result of uint8 is int16, of int32 int32 and of the others
   * float32, unless you give a depth.
   *
   * It equals OpenCV's `Laplacian` with that depth as `ddepth`, but for int16 from size 17 on: there
   * OpenCV overflows, where this saturates.
   *
   * @example
   * ```ts
   * image.laplacian()
   * image.gaussianBlur({ sigma: 1.4 }).laplacian({ size: 3 })   // of a Gaussian
   * image.laplacian({ offset: 128, depth: 'uint8' })            // to look at
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  laplacian(options: LaplacianOptions = {}): Image {
    const checked = bindingifyLaplacian(options)
    return this.derive((binding) => binding.laplacian(checked))
  }

  /**
   * How steep the image is: `sqrt(gx * gx + gy * gy)` of its first derivatives, `gx` along rows and `gy`
   * down columns, which `scale` multiplies first. The result of uint8 is int16, of int32 int32 and of
   * the others float32, unless you give a depth.
   *
   * It equals OpenCV's `magnitude` of two `Sobel` or `Scharr`, converted to the depth. The derivatives
   * are float32, those of int32 as well, and never stored: one pass makes both and their magnitude.
   *
   * @example
   * ```ts
   * image.gradientMagnitude()
   * image.gradientMagnitude({ operator: 'scharr', scale: 1 / 16, depth: 'uint8' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  gradientMagnitude(options: GradientMagnitudeOptions = {}): Image {
    const checked = bindingifyGradient(options)
    return this.derive((binding) => binding.gradientMagnitude(checked))
  }

  /**
   * Replaces each pixel by the median of the pixels under a rectangle: impulses of noise go, edges stay. The
   * result keeps the depth. Samples outside the image are its edge, unless you give another border.
   *
   * It equals OpenCV's `medianBlur`, which has squares only, and only up to 5 for other depths than uint8.
   * float32 is ordered as numbers, -0 below 0 and NaN above infinity; of several NaN the result is the
   * usual one. Cost grows with the area up to about 11 for uint8 and 19 for the others, and little
   * from there on.
   *
   * @example
   * ```ts
   * image.median({ size: 5 })
   * image.median({ size: { x: 1, y: 31 }, border: 'reflect101' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  median(options: MedianOptions): Image {
    const checked = bindingifyMedian(options)
    return this.derive((binding) => binding.rank(checked))
  }

  /**
   * Replaces each pixel by the sample of some rank among those under a rectangle, sorted: the one of
   * `index`, counted from 0 at the smallest, or of `percentile`, which is index
   * `percentile / 100 * (columns * rows - 1)`, rounded half to even. The result keeps the depth. Samples
   * outside the image are its edge, unless you give another border.
   *
   * Order, sizes and cost are those of {@link median}, which is percentile 50.
   *
   * @example
   * ```ts
   * image.rank({ size: 7, percentile: 90 })
   * image.rank({ size: { x: 3, y: 5 }, index: 1 })   // the smallest but one
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  rank(options: RankOptions): Image {
    const checked = bindingifyRank(options)
    return this.derive((binding) => binding.rank(checked))
  }

  /**
   * Sharpens: adds `amount` times what a Gaussian blur takes away. The result keeps the depth.
   *
   * It equals OpenCV's `addWeighted(image, 1 + amount, blurred, -amount, 0)` with `blurred` as
   * {@link gaussianBlur} makes it, rounded to the depth, and the image itself where the two differ by
   * less than `threshold`. Blur and sum are made in one pass.
   *
   * @example
   * ```ts
   * image.unsharpMask({ sigma: 2 })
   * image.unsharpMask({ sigma: 1.2, amount: 0.6, threshold: 3 })   // gently, and not the noise
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, also if sigma needs more than 32,767 taps; `ERR_CLOSED`
   */
  unsharpMask(options: UnsharpMaskOptions): Image {
    const checked = bindingifyUnsharp(options)
    return this.derive((binding) => binding.unsharpMask(checked))
  }
}
