import { bindingifyBorder, type Border } from './border.js'
import { checkRows } from './convolve.js'
import * as is from './is.js'
import type { BindingMorphology } from './native.js'
import { checkPair, type Pair } from './pair.js'
import { MAX_TAPS, oddSize, type Taps } from './taps.js'

const SHAPES = ['rectangle', 'cross', 'ellipse'] as const
const OPERATIONS = ['open', 'close', 'gradient', 'topHat', 'blackHat', 'hitOrMiss'] as const
const KEYS = ['size', 'kernel', 'shape', 'anchor', 'iterations', 'border'] as const

/** The longest side of a kernel that is given number by number, of a cross and of an ellipse. */
const MAX_SIDE = 1023
const MAX_ITERATIONS = 1000
const MAX_WINDOW = 255

/** The pixels that an erosion or a dilation looks at: a `size`, or a `kernel`. */
export interface ElementOptions {
  /** Columns and rows of the shape: 1 to 32,767 of a rectangle, 1 to 1,023 of the others. */
  readonly size?: Pair | undefined
  /** The rows of a shape of your own, of equal length: 1 to 1,023 rows of 1 to 1,023 entries, 1 or 0. */
  readonly kernel?: readonly Taps[] | undefined
  /**
   * The shape of that size. Default `'rectangle'`. A `'cross'` is the anchor's row and column; an
   * `'ellipse'` fills the size, as OpenCV draws it.
   */
  readonly shape?: (typeof SHAPES)[number] | undefined
  /** The column and row of the shape that lie on the pixel. Default: the middle, `floor(size / 2)`. */
  readonly anchor?: { readonly x: number; readonly y: number } | undefined
  /** How often, 1 to 1,000. Default 1. */
  readonly iterations?: number | undefined
  /** The samples outside the image. Default `'ignore'`: what lies there is not looked at. */
  readonly border?: Border | 'ignore' | undefined
}

/** What to make of erosions and dilations. */
export interface MorphologyOptions extends ElementOptions {
  /** What to make of them. */
  readonly operation: (typeof OPERATIONS)[number]
  /** As for {@link ElementOptions}; for `'hitOrMiss'` with -1 where the image must not be. */
  readonly kernel?: readonly Taps[] | undefined
}

/** Where to look for the smallest or the largest sample. */
export interface ExtremumOptions {
  /** Columns and rows of the window: odd, 1 to 255. */
  readonly size: Pair
  /** The samples outside the image. Default `'reflect101'`. */
  readonly border?: Border | undefined
}

/** What the binding takes, but for what it is to do. */
export type Element = Omit<BindingMorphology, 'dilates'>

/** Checks the options of a method. */
export function bindingifyElement(options: ElementOptions, method: string): Element {
  return element(is.options(options, `${method} options`, KEYS), [1, 0]).hit
}

/** Checks the options, and for `'hitOrMiss'` takes what must be hit and what missed apart. */
export function bindingifyMorphology(
  options: MorphologyOptions,
): { operation: MorphologyOptions['operation']; hit: Element; miss: Element } {
  const { operation, ...rest } = is.options(options, 'morphology options', ['operation', ...KEYS])
  const checked = is.oneOf(operation, 'operation', OPERATIONS)
  if (checked === 'hitOrMiss' && (rest.kernel === undefined || rest.size !== undefined)) {
    throw is.invalid('rows of 1, 0 and -1', 'kernel', rest.kernel)
  }
  return { operation: checked, ...element(rest, checked === 'hitOrMiss' ? [1, 0, -1] : [1, 0]) }
}

/** Checks the options of a method. */
export function bindingifyExtremum(options: ExtremumOptions, method: string): Element {
  const { size, border = 'reflect101' } = is.options(options, `${method} options`, ['size', 'border'])
  const { x, y } = checkPair(size, 'size', (value, name) => oddSize(value, name, MAX_WINDOW))
  const shape = { shape: 'rectangle', width: x, height: y, mask: [] }
  return { ...shape, iterations: 1, border: bindingifyBorder(border, 'border') }
}

/** Whether an element has a pixel: those of a size do. */
export function isEmpty({ shape, mask }: Element): boolean {
  return shape === undefined && !mask.includes(true)
}

function element(options: ElementOptions, entries: readonly number[]): { hit: Element; miss: Element } {
  const { size, kernel, shape, anchor, iterations = 1, border = 'ignore' } = options
  if ((size === undefined) === (kernel === undefined)) {
    throw is.invalid('either size or kernel', 'the element', { size, kernel })
  }
  const common = {
    ...checkAnchor(anchor),
    iterations: is.integer(iterations, 'iterations', 1, MAX_ITERATIONS),
    ...(border === 'ignore' ? {} : { border: bindingifyBorder(border, 'border') }),
  }
  if (size !== undefined) {
    const form = is.oneOf(shape ?? 'rectangle', 'shape', SHAPES)
    const max = form === 'rectangle' ? MAX_TAPS : MAX_SIDE
    const { x, y } = checkPair(size, 'size', (value, name) => is.integer(value, name, 1, max))
    const hit = { shape: form, width: x, height: y, mask: [], ...common }
    return { hit, miss: hit }
  }
  if (shape !== undefined) {
    throw is.invalid('no shape beside a kernel', 'shape', shape)
  }
  const rows = checkMask(kernel as readonly Taps[], entries)
  const [width, height] = [rows[0]?.length ?? 0, rows.length]
  const part = (of: number): Element => ({ width, height, mask: rows.flat().map((entry) => entry === of), ...common })
  const [hit, miss] = [part(1), part(-1)]
  if (isEmpty(hit) && isEmpty(miss)) {
    throw is.invalid(`at least one ${entries.includes(-1) ? '1 or -1' : '1'}`, 'kernel', kernel)
  }
  return { hit, miss }
}

function checkMask(kernel: readonly Taps[], entries: readonly number[]): number[][] {
  const rows = checkRows(kernel)
  if (rows.length > MAX_SIDE || (rows[0]?.length ?? 0) > MAX_SIDE) {
    throw is.invalid(`1 to ${MAX_SIDE} rows of 1 to ${MAX_SIDE} numbers`, 'kernel', kernel)
  }
  for (const [y, row] of rows.entries()) {
    const x = row.findIndex((entry) => !entries.includes(entry))
    if (x !== -1) {
      throw is.invalid(entries.join(' or '), `kernel[${y}][${x}]`, row[x])
    }
  }
  return rows
}

function checkAnchor(anchor: ElementOptions['anchor']): { anchorX?: number; anchorY?: number } {
  if (anchor === undefined) {
    return {}
  }
  const { x, y } = is.options(anchor, 'anchor', ['x', 'y'])
  return { anchorX: is.integer(x, 'anchor.x', 0, MAX_TAPS), anchorY: is.integer(y, 'anchor.y', 0, MAX_TAPS) }
}
