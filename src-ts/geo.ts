import * as is from './is.js'
import type { BindingGeo } from './native.js'

/** The value of a GeoKey: a code, numbers, or a text. */
export type GeoKey = number | readonly number[] | string

/** Where on earth an image is, as GeoTIFF says it. */
export interface Geo {
  /**
   * The coordinates of the corner of a pixel: `[a, b, c, d, e, f]` for `x = a * column + b * row + c` and
   * `y = d * column + e * row + f`, whether the file counts from corners or from centres.
   */
  readonly transform?: readonly [a: number, b: number, c: number, d: number, e: number, f: number] | undefined
  /** Sides of a pixel and height of a level, if the file has them so. Given with `transform`, not looked at. */
  readonly pixelScale?: readonly [x: number, y: number, z: number] | undefined
  /**
   * Pixels whose coordinates are known: `[column, row, level, x, y, z]`. Without a transform they are ground
   * control points; given with it, they are not looked at.
   */
  readonly tiepoints?: readonly (readonly number[])[] | undefined
  /** The kind of coordinates. */
  readonly model?: 'projected' | 'geographic' | 'geocentric' | undefined
  /** EPSG's number of the coordinates, 1 to 32,766. It needs a `model`. */
  readonly epsg?: number | undefined
  /** The keys of GeoTIFF by number. If they are those of another `epsg` than is given, they are not looked at. */
  readonly keys?: Readonly<Record<number, GeoKey>> | undefined
  /** The sample that stands for none, as GDAL has it. */
  readonly nodata?: number | undefined
  /** What GDAL says beside, in XML. */
  readonly gdalMetadata?: string | undefined
}

type BindingKey = NonNullable<BindingGeo['keys']>[number]

const KEYS: readonly (keyof Geo)[] = [
  'transform',
  'pixelScale',
  'tiepoints',
  'model',
  'epsg',
  'keys',
  'nodata',
  'gdalMetadata',
]
const MAX_EPSG = 32_766
const MAX_CODE = 65_535
/** What a file without a transform begins its places with. */
const TIEPOINT = 6

/** Checks where an image is. */
export function bindingifyGeo(geo: Geo): BindingGeo {
  const { transform, pixelScale, tiepoints, model, epsg, keys, nodata, gdalMetadata } = is.options(geo, 'tags.geo', KEYS)
  if (model === undefined && epsg !== undefined) {
    throw is.invalid("'projected', 'geographic' or 'geocentric', which epsg needs,", 'tags.geo.model', model)
  }
  return {
    ...(transform !== undefined && { transform: checkTransform(transform) }),
    ...(pixelScale !== undefined && { pixelScale: numbers(pixelScale, 'tags.geo.pixelScale', 3) }),
    ...(tiepoints !== undefined && { tiepoints: checkTiepoints(tiepoints) }),
    ...(model !== undefined && { model: is.oneOf(model, 'tags.geo.model', ['projected', 'geographic', 'geocentric']) }),
    ...(epsg !== undefined && { epsg: is.integer(epsg, 'tags.geo.epsg', 1, MAX_EPSG) }),
    ...(keys !== undefined && { keys: checkKeys(keys) }),
    ...(nodata !== undefined && { nodata: checkNodata(nodata) }),
    ...(gdalMetadata !== undefined && { metadata: is.text(gdalMetadata, 'tags.geo.gdalMetadata') }),
  }
}

function checkTransform(transform: readonly number[]): number[] {
  const [a, b, c, d, e, f] = numbers(transform, 'tags.geo.transform', 6) as [number, number, number, number, number, number]
  if (a * e === b * d) {
    throw is.invalid('six numbers that put pixels in different places', 'tags.geo.transform', transform)
  }
  return [a, b, c, d, e, f]
}

function checkTiepoints(tiepoints: readonly (readonly number[])[]): number[][] {
  if (!Array.isArray(tiepoints) || tiepoints.length === 0) {
    throw is.invalid('an array of tiepoints', 'tags.geo.tiepoints', tiepoints)
  }
  return tiepoints.map((point, i) => numbers(point, `tags.geo.tiepoints[${i}]`, TIEPOINT))
}

function checkKeys(keys: Readonly<Record<number, GeoKey>>): BindingKey[] {
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) {
    throw is.invalid('an object', 'tags.geo.keys', keys)
  }
  return Object.entries(keys).map(([key, value]) => {
    const name = `tags.geo.keys[${key}]`
    const number = is.integer(Number(key), 'a key of tags.geo.keys', 0, MAX_CODE)
    if (typeof value === 'number') {
      return { key: number, code: is.integer(value, name, 0, MAX_CODE) }
    }
    return typeof value === 'string' ? { key: number, text: is.text(value, name) } : { key: number, numbers: numbers(value, name) }
  })
}

function checkNodata(nodata: unknown): string {
  if (typeof nodata !== 'number') {
    throw is.invalid('a number', 'tags.geo.nodata', nodata)
  }
  return String(nodata).replace('NaN', 'nan').replace('Infinity', 'inf')
}

/** Finite numbers, so many if that is said. */
function numbers(value: unknown, name: string, count?: number): number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length !== (count ?? value.length)) {
    throw is.invalid(`an array of ${count === undefined ? '' : `${count} `}numbers`, name, value)
  }
  return value.map((number) => is.finite(number, name))
}

/** What the binding has found, as users see it. */
export function geoOf({ transform, pixelScale, model, keys, nodata, metadata, ...rest }: BindingGeo): Geo {
  const list = (keys ?? []).map(({ key, code, numbers: many, text }) => [key, code ?? many ?? text ?? ''])
  const number = nodata === undefined ? undefined : nodataOf(nodata)
  return {
    ...(transform !== undefined && { transform: transform as unknown as NonNullable<Geo['transform']> }),
    ...(pixelScale !== undefined && { pixelScale: pixelScale as unknown as NonNullable<Geo['pixelScale']> }),
    ...(model !== undefined && { model: model as NonNullable<Geo['model']> }),
    ...rest,
    ...(list.length > 0 && { keys: Object.fromEntries(list) as Record<number, GeoKey> }),
    ...(number !== undefined && { nodata: number }),
    ...(metadata !== undefined && { gdalMetadata: metadata }),
  }
}

/** The number that GDAL's text stands for, if it does. */
function nodataOf(text: string): number | undefined {
  const word = text.trim().toLowerCase()
  if (word === 'nan' || word === '-nan') {
    return Number.NaN
  }
  const number = Number(word.replace(/^([+-]?)inf$/, '$1Infinity'))
  return word === '' || Number.isNaN(number) ? undefined : number
}
