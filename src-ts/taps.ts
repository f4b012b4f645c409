import * as is from './is.js'

/** The numbers of a kernel, in an array or a typed array. */
export type Taps =
  | readonly number[]
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

/** The most taps that a kernel may have along an axis. */
export const MAX_TAPS = 32_767

/** Checks the taps of an axis: 1 or more, all finite. */
export function checkTaps(value: Taps, name: string): number[] {
  // BigInt arrays and others that have no numbers fail at their first entry.
  const isList = Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value)
  if (!isList || value.length === 0 || value.length > MAX_TAPS) {
    throw is.invalid(`an array of 1 to ${MAX_TAPS} numbers`, name, value)
  }
  return Array.from(value, (tap: unknown, i) => is.finite(tap, `${name}[${i}]`))
}

/** Checks the size of a kernel with a middle. */
export function oddSize(value: unknown, name: string, max: number = MAX_TAPS): number {
  if (!Number.isInteger(value) || (value as number) % 2 !== 1 || (value as number) > max) {
    throw is.invalid(`an odd integer from 1 to ${max}`, name, value)
  }
  return value as number
}
