import { Image } from './image.js'
import * as is from './is.js'
import { native } from './native.js'
import { checkValue, type Value } from './value.js'

/** An image and where its first pixel lies on a canvas; it may hang over the edges. */
export interface Place {
  /** The image. */
  readonly image: Image
  /** Its column on the canvas. Default 0. */
  readonly left?: number | undefined
  /** Its row on the canvas. Default 0. */
  readonly top?: number | undefined
}

/** The canvas that images are joined on. */
export interface JoinOptions {
  /** Columns. Default: up to the last image's. */
  readonly width?: number | undefined
  /** Rows. Default: up to the last image's. */
  readonly height?: number | undefined
  /** The samples where no image lies. Default 0. */
  readonly background?: Value | undefined
}

/**
 * Images side by side, or over one another, on one canvas: a mosaic. Later images lie on earlier ones.
 * All have the same depth and number of channels. Only images that a result shows are read, and their files are
 * open only meanwhile, but for some that were used last: thousands can be joined.
 *
 * @example
 * ```ts
 * const mosaic = join(scans.map((image, i) => ({ image, left: (i % 20) * 4000, top: Math.floor(i / 20) * 3000 })))
 * await mosaic.toFile('mosaic.tif')
 * ```
 * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED`
 */
export function join(places: readonly Place[], options: JoinOptions = {}): Image {
  if (!Array.isArray(places) || places.length === 0) {
    throw is.invalid('an array of one or more { image, left, top }', 'places', places)
  }
  const checked = places.map((place: Place, i) => {
    const { image, left = 0, top = 0 } = is.options(place, `places[${i}]`, ['image', 'left', 'top'])
    if (!(image instanceof Image)) {
      throw is.invalid('an Image', `places[${i}].image`, image)
    }
    return {
      image,
      left: is.integer(left, `places[${i}].left`, Number.MIN_SAFE_INTEGER),
      top: is.integer(top, `places[${i}].top`, Number.MIN_SAFE_INTEGER),
    }
  })
  const right = checked.reduce((most, { image, left }) => Math.max(most, left + image.width), 1)
  const bottom = checked.reduce((most, { image, top }) => Math.max(most, top + image.height), 1)
  const { width = right, height = bottom, background = 0 } = is.options(
    options,
    'join options',
    ['width', 'height', 'background'],
  )
  const canvas = {
    width: is.integer(width, 'width', 1),
    height: is.integer(height, 'height', 1),
    background: checkValue(background, 'background'),
    left: checked.map(({ left }) => left),
    top: checked.map(({ top }) => top),
  }
  const images = checked.map(({ image }) => image)
  return Image.combine(images, (bindings) => native.BindingImage.join(bindings, canvas))
}
