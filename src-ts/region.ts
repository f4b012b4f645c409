import * as is from './is.js'
import type { BindingRegion } from './native.js'

/** A rectangle of pixels. */
export interface Region {
  /** The first column, from 0. */
  readonly left: number
  /** The first row, from 0. */
  readonly top: number
  /** Columns, 1 or more. */
  readonly width: number
  /** Rows, 1 or more. */
  readonly height: number
}

/** Checks that a region lies in an image of `width` x `height` pixels. */
export function bindingifyRegion(region: Region, image: { width: number; height: number }): BindingRegion {
  const { left, top, width, height } = is.options(region, 'region', ['left', 'top', 'width', 'height'])
  is.integer(left, 'left', 0, image.width - 1)
  is.integer(top, 'top', 0, image.height - 1)
  is.integer(width, 'width', 1, image.width - left)
  is.integer(height, 'height', 1, image.height - top)
  return { left, top, width, height }
}
