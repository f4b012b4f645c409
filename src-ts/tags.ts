import { Buffer } from 'node:buffer'

import { bindingifyGeo, type Geo, geoOf } from './geo.js'
import * as is from './is.js'
import type { BindingTags, BindingTarget } from './native.js'

/** Pixels for a length: an inch, a centimetre, or, of `'none'`, only how pixels are stretched. */
export interface Resolution {
  /** Pixels across, above 0. */
  readonly x: number
  /** Pixels down, above 0. */
  readonly y: number
  /** The length. */
  readonly unit: 'inch' | 'cm' | 'none'
}

/** What describes an image and can be said of one that is written. */
export interface TagValues {
  /** An ICC profile: what colours samples are. It is for gray, RGB or CMYK, and the image has as many channels. */
  readonly icc?: Uint8Array | undefined
  /** XMP, in XML. */
  readonly xmp?: Uint8Array | string | undefined
  /** What people say of the image. */
  readonly description?: string | undefined
  /** How large pixels are. */
  readonly resolution?: Resolution | undefined
  /** Where on earth the image is. */
  readonly geo?: Geo | undefined
  /** Who made the camera or scanner. */
  readonly make?: string | undefined
  /** Its model. */
  readonly model?: string | undefined
  /** When: `YYYY:MM:DD HH:MM:SS`. */
  readonly date?: string | undefined
  /** Who took the picture. */
  readonly artist?: string | undefined
  /** Whose it is. */
  readonly copyright?: string | undefined
}

/** What describes an image. */
export interface Tags extends TagValues {
  /** An ICC profile: what colours samples are. */
  readonly icc?: Buffer
  /** XMP, in XML. */
  readonly xmp?: Buffer
  /** OME-XML, as the source has it; there is then no `description`. */
  readonly ome?: string
  /** The sides of a pixel in micrometres, as OME-XML has them. */
  readonly pixelSize?: { readonly x: number; readonly y: number }
  /** The program that wrote the file. */
  readonly software?: string
}

/** A part of {@link Tags}. `'origin'` is make, model, date, artist and copyright. */
export type TagName = 'icc' | 'resolution' | 'xmp' | 'description' | 'ome' | 'geo' | 'origin'

/** What a file says of its image. */
export interface TagOptions {
  /**
   * What the file keeps of what the source says; of several sources, the first. `true`: all that is so
   * of the image too. A list: these parts, and the promise rejects with `ERR_INVALID_ARGUMENT` if the source
   * has one that is not so.
   *
   * | | |
   * |---|---|
   * | `'icc'` | if it is for as many channels |
   * | `'resolution'` | turned with the image |
   * | `'xmp'`, `'description'`, `'origin'` | as they are |
   * | `'ome'` | the size of pixels, turned with the image, and the name of the only channel, in OME-XML that describes the new file |
   * | `'geo'` | moved with crops, pads, flips and turns; not of joined images. `nodata` is for the same depth only, `gdalMetadata` for the same channels too and without what GDAL measured |
   *
   * Default false: nothing.
   */
  readonly keep?: boolean | readonly TagName[] | undefined
  /** What is said instead of what is kept, or beside it. */
  readonly tags?: TagValues | undefined
}

export const tagKeys: readonly (keyof TagOptions)[] = ['keep', 'tags']

/** Every part of tags. */
export const tagNames: readonly TagName[] = ['icc', 'resolution', 'xmp', 'description', 'ome', 'geo', 'origin']

const TEXTS = ['description', 'make', 'model', 'date', 'artist', 'copyright'] as const
const MAX_RESOLUTION = 2 ** 32 - 1

/** Checks what a file is to say of its image. */
export function bindingifyTags({ keep = false, tags }: TagOptions): Pick<BindingTarget, 'keep' | 'keepsStrictly' | 'tags'> {
  const values = tags === undefined ? {} : { tags: checkValues(tags) }
  if (typeof keep === 'boolean') {
    return { keep: keep ? [...tagNames] : [], keepsStrictly: false, ...values }
  }
  if (!Array.isArray(keep)) {
    throw is.invalid(`a boolean or an array of ${is.alternatives(tagNames)}`, 'keep', keep)
  }
  return { keep: keep.map((name, i) => is.oneOf(name, `keep[${i}]`, tagNames)), keepsStrictly: true, ...values }
}

function checkValues(values: TagValues): BindingTags {
  const { icc, xmp, resolution, geo } = is.options(values, 'tags', ['icc', 'xmp', 'resolution', 'geo', ...TEXTS])
  const texts = TEXTS.flatMap((name) => {
    const text = values[name]
    return text === undefined ? [] : [[name, is.text(text, `tags.${name}`)]]
  })
  return {
    ...Object.fromEntries(texts),
    ...(icc !== undefined && { icc: bytes(icc, 'tags.icc') }),
    ...(xmp !== undefined && { xmp: bytes(typeof xmp === 'string' ? Buffer.from(xmp) : xmp, 'tags.xmp') }),
    ...(resolution !== undefined && { resolution: checkResolution(resolution) }),
    ...(geo !== undefined && { geo: bindingifyGeo(geo) }),
  }
}

/** A copy, which nobody changes while the file is made. */
function bytes(value: unknown, name: string): Uint8Array {
  if (!(value instanceof Uint8Array) || value.byteLength === 0) {
    throw is.invalid('bytes', name, value)
  }
  return Uint8Array.from(value)
}

function checkResolution(resolution: Resolution): Resolution {
  const { x, y, unit } = is.options(resolution, 'tags.resolution', ['x', 'y', 'unit'])
  for (const [name, value] of [['x', x], ['y', y]] as const) {
    if (is.positive(value, `tags.resolution.${name}`) > MAX_RESOLUTION || value < 1 / MAX_RESOLUTION) {
      throw is.invalid(`a number from 1 / ${MAX_RESOLUTION} to ${MAX_RESOLUTION}`, `tags.resolution.${name}`, value)
    }
  }
  return { x, y, unit: is.oneOf(unit, 'tags.resolution.unit', ['inch', 'cm', 'none']) }
}

/** What the binding has found, as users see it. */
export function tagsOf({ icc, xmp, pixelWidth, pixelHeight, geo, resolution, ...texts }: BindingTags): Tags {
  return {
    ...(icc !== undefined && { icc: bufferOf(icc) }),
    ...(resolution !== undefined && { resolution: resolution as Resolution }),
    ...(xmp !== undefined && { xmp: bufferOf(xmp) }),
    ...texts,
    ...(pixelWidth !== undefined && pixelHeight !== undefined && { pixelSize: { x: pixelWidth, y: pixelHeight } }),
    ...(geo !== undefined && { geo: geoOf(geo) }),
  }
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
