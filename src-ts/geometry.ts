import { type Border, bindingifyBorder } from './border.js'
import type { Image } from './image.js'
import * as is from './is.js'
import { Morphology } from './morphology.js'

/** Pixels to add on each side of an image. */
export interface PadOptions {
  /** Columns on the left. Default 0. */
  readonly left?: number | undefined
  /** Rows above. Default 0. */
  readonly top?: number | undefined
  /** Columns on the right. Default 0. */
  readonly right?: number | undefined
  /** Rows below. Default 0. */
  readonly bottom?: number | undefined
  /** The samples there. Default `{ constant: 0 }`. */
  readonly border?: Border | undefined
}

/**
 * The operations of an image that move pixels: nothing is computed, only where each comes from. An image
 * that is turned, or flipped upside down, is made in pieces that are held in memory until their last rows
 * are known; within the memory limit, as everything.
 */
export abstract class Geometry extends Morphology {
  /**
   * Upside down: top to bottom.
   *
   * @throws GigapxError `ERR_CLOSED`
   */
  flip(): Image {
    return this.derive((binding) => binding.turn('flip'))
  }

  /**
   * Mirrored: left to right.
   *
   * @throws GigapxError `ERR_CLOSED`
   */
  flop(): Image {
    return this.derive((binding) => binding.turn('flop'))
  }

  /**
   * Turned clockwise by so many quarter turns; counterclockwise if negative.
   *
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  rotate90(turns = 1): Image {
    const checked = is.integer(turns, 'turns', Number.MIN_SAFE_INTEGER)
    const name = (['none', 'right', 'half', 'left'] as const)[((checked % 4) + 4) % 4]
    return this.derive((binding) =>
      name === undefined || name === 'none' ? binding.crop({ left: 0, top: 0, width: this.width, height: this.height })
      : binding.turn(name),
    )
  }

  /**
   * Rows as columns.
   *
   * @throws GigapxError `ERR_CLOSED`
   */
  transpose(): Image {
    return this.derive((binding) => binding.turn('transpose'))
  }

  /**
   * More around the image. A number is what is added on each side.
   *
   * @example
   * ```ts
   * image.pad(16)
   * image.pad({ left: 8, right: 8, border: 'reflect101' })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
   */
  pad(options: PadOptions | number): Image {
    const all = typeof options === 'number' ? options : 0
    const { left = all, top = all, right = all, bottom = all, border = { constant: 0 } } =
      typeof options === 'number' ? ({} as PadOptions)
      : is.options(options, 'pad options', ['left', 'top', 'right', 'bottom', 'border'])
    const checked = {
      left: is.integer(left, 'left', 0),
      top: is.integer(top, 'top', 0),
      right: is.integer(right, 'right', 0),
      bottom: is.integer(bottom, 'bottom', 0),
      border: bindingifyBorder(border, 'border'),
    }
    return this.derive((binding) => binding.pad(checked))
  }
}
