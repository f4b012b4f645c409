import type { Depth } from '../depth.js'
import type { GradientMagnitudeOptions } from '../derivative.js'
import type { ElementOptions, ExtremumOptions, MorphologyOptions } from '../element.js'
import type { GaussianBlurOptions } from '../gaussian-blur.js'
import type { Image } from '../image.js'
import type { JobOptions } from '../job.js'
import type { ThresholdOptions } from '../point.js'
import { bool, border, kernel, number, pair, taps } from './values.js'

/** The values that a command line gives to the options of a filter, by the names of the options. */
export type Values = Partial<Record<string, string>>

/** A filter on the command line. Its options all take a value. */
export interface CliFilter {
  readonly options: readonly string[]
  /** `job` is how to compute the image where the filter needs to know it whole. */
  readonly apply: (image: Image, values: Values, job: JobOptions) => Image | Promise<Image>
}

/** How to read each option of a filter, by its name in the API. */
type Parsers = Record<string, (text: string, option: string) => unknown>

/** What the options hold. One that was not given is undefined: the API says which it cannot do without. */
type Options<P extends Parsers> = { readonly [K in keyof P]: ReturnType<P[K]> }

// Names are left to the API, whose errors list what there is.
const depth = (text: string): Depth => text as Depth
const operator = (text: string): GradientMagnitudeOptions['operator'] => text as 'sobel'
const threshold = (text: string): ThresholdOptions['type'] => text as 'binary'
const level = (text: string, option: string): number[] | 'otsu' => (text === 'otsu' ? text : taps(text, option))
const operation = (text: string): MorphologyOptions['operation'] => text as 'open'
const shape = (text: string): ElementOptions['shape'] => text as 'cross'
const anchor = (text: string, option: string): ElementOptions['anchor'] => pair(text, option) as { x: number; y: number }
const precision = (text: string): GaussianBlurOptions['precision'] => text as 'exact'

const derived = { scale: number, depth, border }
const element = { size: pair, kernel, shape, anchor, iterations: number, border }

/** Every filter, by its name on the command line. */
export const filters: ReadonlyMap<string, CliFilter> = new Map([
  [
    'gaussian-blur',
    filter({ sigma: pair, kernelSize: pair, border, precision }, (image, options) => image.gaussianBlur(options)),
  ],
  ['box-blur', filter({ size: pair, normalize: bool, depth, border }, (image, options) => image.boxBlur(options))],
  [
    'convolve',
    filter({ kernel, scale: number, offset: number, depth, border }, (image, options) => image.convolve(options)),
  ],
  [
    'convolve-separable',
    filter({ horizontal: taps, vertical: taps, offset: number, depth, border }, (image, options) =>
      image.convolveSeparable(options),
    ),
  ],
  [
    'sobel',
    filter({ dx: number, dy: number, size: number, offset: number, ...derived }, (image, options) =>
      image.sobel(options),
    ),
  ],
  [
    'scharr',
    filter({ dx: number, dy: number, offset: number, ...derived }, (image, options) => image.scharr(options)),
  ],
  [
    'laplacian',
    filter({ size: number, offset: number, ...derived }, (image, options) => image.laplacian(options)),
  ],
  [
    'gradient-magnitude',
    filter({ operator, size: number, ...derived }, (image, options) => image.gradientMagnitude(options)),
  ],
  ['median', filter({ size: pair, border }, (image, options) => image.median(options))],
  [
    'rank',
    filter({ size: pair, index: number, percentile: number, border }, (image, options) => image.rank(options)),
  ],
  [
    'unsharp-mask',
    filter({ sigma: pair, kernelSize: pair, amount: number, threshold: number, border }, (image, options) =>
      image.unsharpMask(options),
    ),
  ],
  ['erode', filter(element, (image, options) => image.erode(options))],
  ['dilate', filter(element, (image, options) => image.dilate(options))],
  [
    'morphology',
    filter({ operation, ...element }, (image, options) => image.morphology(options as MorphologyOptions)),
  ],
  ['minimum', filter({ size: pair, border }, (image, options) => image.minimum(options as ExtremumOptions))],
  ['maximum', filter({ size: pair, border }, (image, options) => image.maximum(options as ExtremumOptions))],
  [
    'linear',
    filter({ scale: taps, offset: taps, depth }, (image, options) => image.linear(options)),
  ],
  ['cast', filter({ depth }, (image, options) => image.cast(options.depth as Depth))],
  ['abs', filter({}, (image) => image.abs())],
  ['negate', filter({}, (image) => image.negate())],
  ['gamma', filter({ exponent: taps }, (image, options) => image.gamma(options.exponent as number[]))],
  ['pow', filter({ exponent: taps, depth }, (image, { exponent, ...rest }) => image.pow(exponent as number[], rest))],
  ['log', filter({ depth }, (image, options) => image.log(options))],
  ['exp', filter({ depth }, (image, options) => image.exp(options))],
  ['sqrt', filter({ depth }, (image, options) => image.sqrt(options))],
  ['clamp', filter({ min: taps, max: taps }, (image, options) => image.clamp(options))],
  [
    'threshold',
    filter({ level, max: taps, type: threshold }, (image, options, job) =>
      options.level === 'otsu'
        ? image.threshold({ ...options, ...job, level: options.level })
        : image.threshold({ ...options, level: options.level as number[] }),
    ),
  ],
  ['recombine', filter({ matrix: kernel, depth }, (image, { matrix, ...rest }) => image.recombine(matrix as number[][], rest))],
  ['grayscale', filter({}, (image) => image.grayscale())],
  ['extract-channel', filter({ channel: number }, (image, options) => image.extractChannel(options.channel as number))],
  [
    'normalise',
    filter({ lower: number, upper: number, low: number, high: number, perChannel: bool, depth }, (image, options, job) =>
      image.normalise({ ...options, ...job }),
    ),
  ],
  ['equalize', filter({}, (image, _, job) => image.equalize(job))],
  ['flip', filter({}, (image) => image.flip())],
  ['flop', filter({}, (image) => image.flop())],
  ['rotate90', filter({ turns: number }, (image, options) => image.rotate90(options.turns))],
  ['transpose', filter({}, (image) => image.transpose())],
  [
    'pad',
    filter({ left: number, top: number, right: number, bottom: number, border }, (image, options) => image.pad(options)),
  ],
  [
    'crop',
    filter({ left: number, top: number, width: number, height: number }, (image, options) => {
      const { left = 0, top = 0 } = options
      const { width = image.width - left, height = image.height - top } = options
      return image.crop({ left, top, width, height })
    }),
  ],
])

function filter<P extends Parsers>(
  parsers: P,
  apply: (image: Image, options: Options<P>, job: JobOptions) => Image | Promise<Image>,
): CliFilter {
  const names = Object.keys(parsers).map((key) => ({ key, name: dashed(key) }))
  return {
    options: names.map(({ name }) => name),
    apply: (image, values, job) => {
      const options: Record<string, unknown> = {}
      for (const { key, name } of names) {
        const text = values[name]
        options[key] = text === undefined ? undefined : parsers[key]?.(text, `--${name}`)
      }
      return apply(image, options as Options<P>, job)
    },
  }
}

/** `kernelSize` as `kernel-size`. */
function dashed(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
