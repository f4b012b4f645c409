import * as is from './is.js'

/** A value for each axis, or one for both. */
export type Pair = number | { readonly x: number; readonly y: number }

/** Checks both values of a pair. */
export function checkPair(
  value: Pair,
  name: string,
  check: (value: unknown, name: string) => number,
): { x: number; y: number } {
  if (typeof value === 'object' && value !== null) {
    const { x, y } = is.options(value, name, ['x', 'y'])
    return { x: check(x, `${name}.x`), y: check(y, `${name}.y`) }
  }
  const both = check(value, name)
  return { x: both, y: both }
}
