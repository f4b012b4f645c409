import * as is from './is.js'

/** A number for all channels, or one for each. */
export type Value = number | readonly number[]

/** Checks a value; infinities are numbers here. */
export function checkValue(value: Value, name: string): number[] {
  const numbers = typeof value === 'number' ? [value] : value
  if (!Array.isArray(numbers) || numbers.length === 0) {
    throw is.invalid('a number, or an array of one for each channel,', name, value)
  }
  for (const [i, number] of numbers.entries()) {
    if (typeof number !== 'number' || Number.isNaN(number)) {
      throw is.invalid('a number', typeof value === 'number' ? name : `${name}[${i}]`, number)
    }
  }
  return [...numbers]
}
