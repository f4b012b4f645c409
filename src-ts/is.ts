/**
 * Checks of arguments. Each returns what it has checked, or throws `ERR_INVALID_ARGUMENT` with what
 * was expected, for which parameter, and what came instead.
 */

import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'

import { GigapxError } from './errors.js'

/** The error for an argument that is not as `expected`. */
export function invalid(expected: string, name: string, received: unknown): GigapxError {
  const shown = inspect(received, { depth: 1, breakLength: Infinity, maxArrayLength: 4, maxStringLength: 80 })
  return new GigapxError(
    'ERR_INVALID_ARGUMENT',
    `expected ${expected} for ${name} but received ${shown}`,
  )
}

/** An integer from `min` to `max`. */
export function integer(value: unknown, name: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`
    throw invalid(`an integer ${range}`, name, value)
  }
  return value
}

/** A number that is not NaN or infinite. */
export function finite(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw invalid('a finite number', name, value)
  }
  return value
}

/** A finite number above 0. */
export function positive(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw invalid('a finite number above 0', name, value)
  }
  return value
}

/** A finite number, 0 or above. */
export function nonNegative(value: unknown, name: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
    throw invalid('a finite number of 0 or more', name, value)
  }
  return value
}

/** `true` or `false`. */
export function boolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') {
    throw invalid('a boolean', name, value)
  }
  return value
}

/** A text of a character or more, without the one that ends texts in files. */
export function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw invalid('a text', name, value)
  }
  return value
}

/** One of `values`. */
export function oneOf<const T extends string>(value: unknown, name: string, values: readonly T[]): T {
  if (!values.includes(value as T)) {
    throw invalid(alternatives(values), name, value)
  }
  return value as T
}

/** `'a', 'b' or 'c'`. */
export function alternatives(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`)
  const last = quoted.pop()
  return quoted.length === 0 ? `${last}` : `${quoted.join(', ')} or ${last}`
}

/** An object whose keys are among `keys`: a misspelt option must not be ignored in silence. */
export function options<T extends object>(value: T, name: string, keys: readonly (keyof T & string)[]): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('an object', name, value)
  }
  for (const key of Object.keys(value)) {
    if (!(keys as readonly string[]).includes(key)) {
      throw new GigapxError(
        'ERR_INVALID_ARGUMENT',
        `expected only ${keys.join(', ')} in ${name} but received ${key}`,
      )
    }
  }
  return value
}

/** A path, or a `file:` URL, as a path. */
export function path(value: unknown, name: string): string {
  if (value instanceof URL) {
    if (value.protocol !== 'file:') {
      throw invalid('a path or a file: URL', name, value.href)
    }
    return fileURLToPath(value)
  }
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw invalid('a path or a file: URL', name, value)
  }
  return value
}

/** An AbortSignal, or undefined. */
export function signal(value: unknown, name: string): AbortSignal | undefined {
  // By shape: signals of other realms and of polyfills are no instances of this AbortSignal.
  const shape = value as Partial<AbortSignal> | null | undefined
  if (value !== undefined && (typeof shape?.aborted !== 'boolean' || typeof shape.addEventListener !== 'function')) {
    throw invalid('an AbortSignal', name, value)
  }
  return value as AbortSignal | undefined
}
