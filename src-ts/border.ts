import * as is from './is.js'
import type { BindingBorder } from './native.js'

const MODES = ['reflect101', 'replicate', 'reflect', 'wrap'] as const

/**
 * The samples that a filter sees outside the image, shown for a row `abcd`:
 *
 * | Border | Outside, inside, outside |
 * |---|---|
 * | `'reflect101'` | `dcb abcd cba` |
 * | `'replicate'` | `aaa abcd ddd` |
 * | `'reflect'` | `cba abcd dcb` |
 * | `'wrap'` | `bcd abcd abc` |
 * | `{ constant: v }` | `vvv abcd vvv` |
 *
 * A border acts at the edges of the image only, never at those of a tile, and at each filter of a
 * chain. A constant is cast to the image's depth: rounded half to even and saturated.
 */
export type Border = (typeof MODES)[number] | { readonly constant: number }

/** Checks a border. */
export function bindingifyBorder(border: Border, name: string): BindingBorder {
  if (typeof border === 'object' && border !== null) {
    const { constant } = is.options(border, name, ['constant'])
    return { mode: 'constant', value: is.finite(constant, `${name}.constant`) }
  }
  if (!MODES.includes(border)) {
    throw is.invalid(`${MODES.map((mode) => `'${mode}'`).join(', ')} or { constant: number }`, name, border)
  }
  return { mode: border, value: 0 }
}
