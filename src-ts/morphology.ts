import {
  bindingifyElement,
  bindingifyExtremum,
  bindingifyMorphology,
  type Element,
  type ElementOptions,
  type ExtremumOptions,
  isEmpty,
  type MorphologyOptions,
} from './element.js'
import type { Image } from './image.js'
import * as is from './is.js'
import { Operations } from './operations.js'

/**
 * Morphology of grey images: the smallest or the largest sample under a shape, and what is made of
 * both. Every depth and any number of channels, each channel by itself; results keep the depth and are
 * exact. Samples of float32 are ordered as numbers, -0 below 0, and NaN counts as larger than all.
 *
 * They equal OpenCV's `erode`, `dilate` and `morphologyEx`, which lack int32. Shapes are not reflected,
 * neither by {@link dilate}. Cost does not grow with the height of a rectangle, and by a step for four
 * times its width; that of other shapes is proportional to the runs of ones in their rows.
 */
export abstract class Morphology extends Operations {
  /**
   * Erodes: the smallest sample under a shape, which lies with its anchor on the pixel. Bright parts
   * shrink. A rectangle that is used several times is one larger rectangle, as in OpenCV; other shapes
   * are used one time after the other, with the border each time.
   *
   * Where no pixel of the shape lies in the image and what is outside is ignored, the result is the
   * largest value of the depth; NaN for float32.
   *
   * @example
   * ```ts
   * image.erode({ size: 5 })
   * image.erode({ size: { x: 15, y: 9 }, shape: 'ellipse', iterations: 2 })
   * image.erode({ kernel: [[1, 1, 0], [0, 1, 1]], anchor: { x: 0, y: 0 }, border: 'replicate' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  erode(options: ElementOptions): Image {
    return this.#erode(bindingifyElement(options, 'erode'))
  }

  /**
   * Dilates: the largest sample under a shape, which lies as it is given, not reflected. Bright parts
   * grow. Otherwise as {@link erode}; what it ignores outside counts as the smallest value of the depth.
   *
   * @example
   * ```ts
   * image.dilate({ size: 3, shape: 'cross' })
   * image.dilate({ size: { x: 1, y: 101 } })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  dilate(options: ElementOptions): Image {
    return this.#dilate(bindingifyElement(options, 'dilate'))
  }

  /**
   * What is made of erosions and dilations by the same shape, in one pass:
   *
   * | `operation` | Result | What it does |
   * |---|---|---|
   * | `'open'` | dilation of the erosion | removes bright details |
   * | `'close'` | erosion of the dilation | fills dark details |
   * | `'gradient'` | dilation - erosion | outlines |
   * | `'topHat'` | image - opening | leaves bright details |
   * | `'blackHat'` | closing - image | leaves dark details |
   * | `'hitOrMiss'` | see below | finds a pattern |
   *
   * `iterations` are those of each erosion and each dilation. Differences saturate.
   *
   * `'hitOrMiss'` is for uint8 images of 0 and 255 and takes a `kernel`: 255 where the image is 255 under
   * every 1 and 0 under every -1. Of other images it is the erosion by the 1s, and bit by bit the
   * erosion of the complement by the -1s.
   *
   * It is one method because an image has a `close()` already, which gives it up.
   *
   * @example
   * ```ts
   * image.morphology({ operation: 'open', size: 5, shape: 'ellipse' })
   * image.morphology({ operation: 'topHat', size: 51 })                  // an uneven background gone
   * image.morphology({ operation: 'hitOrMiss', kernel: [[0, -1, 0], [-1, 1, -1], [0, -1, 0]] })   // single bright pixels
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, also for `'hitOrMiss'` of another depth; `ERR_CLOSED`
   */
  morphology(options: MorphologyOptions): Image {
    const { operation, hit, miss } = bindingifyMorphology(options)
    const self = this as unknown as Image
    switch (operation) {
      case 'open':
        return this.#erode(hit).#dilate(hit)
      case 'close':
        return this.#dilate(hit).#erode(hit)
      case 'gradient':
        return this.#dilate(hit).subtract(this.#erode(hit))
      case 'topHat':
        return this.subtract(this.#erode(hit).#dilate(hit))
      case 'blackHat':
        return this.#dilate(hit).#erode(hit).subtract(self)
      case 'hitOrMiss':
        return this.#hitOrMiss(self, hit, miss)
    }
  }

  /**
   * The smallest sample of a window around each pixel. It is {@link erode} by a rectangle, with the border
   * of the other filters.
   *
   * @example
   * ```ts
   * image.minimum({ size: 3 })
   * image.minimum({ size: { x: 1, y: 255 }, border: 'replicate' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  minimum(options: ExtremumOptions): Image {
    return this.#erode(bindingifyExtremum(options, 'minimum'))
  }

  /**
   * The largest sample of a window around each pixel. It is {@link dilate} by a rectangle, with the border
   * of the other filters.
   *
   * @example
   * ```ts
   * image.maximum({ size: 3 })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  maximum(options: ExtremumOptions): Image {
    return this.#dilate(bindingifyExtremum(options, 'maximum'))
  }

  #erode(element: Element): Image {
    return this.derive((binding) => binding.morphology({ ...element, dilates: false }))
  }

  #dilate(element: Element): Image {
    return this.derive((binding) => binding.morphology({ ...element, dilates: true }))
  }

  #hitOrMiss(self: Image, hit: Element, miss: Element): Image {
    if (self.depth !== 'uint8') {
      throw is.invalid("an image of 'uint8'", 'hitOrMiss', self.depth)
    }
    if (isEmpty(miss)) {
      return this.#erode(hit)
    }
    const missed = this.not().#erode(miss)
    return isEmpty(hit) ? missed : this.#erode(hit).and(missed)
  }
}
