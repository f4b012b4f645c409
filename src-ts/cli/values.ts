/** Values of options. Their range is checked by the API; here they only must be of the right form. */

import type { Border } from '../border.js'
import type { Depth } from '../depth.js'
import type { Layout } from '../layout.js'
import type { Pair } from '../pair.js'
import { UsageError } from './exit.js'

/** A number. */
export function number(text: string, option: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(value)) {
    throw new UsageError(`expected a number for ${option} but received '${text}'`)
  }
  return value
}

/** `N` or `X,Y`. */
export function pair(text: string, option: string): Pair {
  const [x, y, ...rest] = text.split(',')
  if (x === undefined || rest.length > 0) {
    throw new UsageError(`expected N or X,Y for ${option} but received '${text}'`)
  }
  return y === undefined ? number(x, option) : { x: number(x, option), y: number(y, option) }
}

/** Numbers with commas between them. */
export function taps(text: string, option: string): number[] {
  return text.split(',').map((part) => number(part, option))
}

/** Rows of numbers with semicolons between them. */
export function kernel(text: string, option: string): number[][] {
  return text.split(';').map((row) => taps(row, option))
}

/** `true` or `false`. */
export function bool(text: string, option: string): boolean {
  if (text !== 'true' && text !== 'false') {
    throw new UsageError(`expected true or false for ${option} but received '${text}'`)
  }
  return text === 'true'
}

/** The name of a border, or `constant:VALUE`. */
export function border(text: string, option: string): Border {
  const constant = /^constant:(.*)$/.exec(text)?.[1]
  // Other names are left to the API, whose error lists what there is.
  return constant === undefined ? (text as Border) : { constant: number(constant, option) }
}

/** Bytes, with K, M or G for KiB, MiB or GiB. */
export function bytes(text: string, option: string): number {
  const match = /^(\d+)([KMG]?)$/i.exec(text)
  if (match === null) {
    throw new UsageError(`expected bytes, or a number with K, M or G, for ${option} but received '${text}'`)
  }
  return Number(match[1]) * 1024 ** ['', 'K', 'M', 'G'].indexOf((match[2] ?? '').toUpperCase())
}

/** `WxH`, `WxHxC`, each with `:DEPTH` or without. */
export function layout(text: string, option: string): Layout {
  const match = /^(\d+)x(\d+)(?:x(\d+))?(?::(\w+))?$/.exec(text)
  if (match === null) {
    throw new UsageError(`expected WxHxC:DEPTH for ${option} but received '${text}'`)
  }
  const [, width, height, channels, depth] = match
  return {
    width: Number(width),
    height: Number(height),
    channels: channels === undefined ? undefined : Number(channels),
    depth: depth as Depth | undefined,
  }
}

/** `yes`, `no` or `auto`. */
export function switchable(text: string, option: string): boolean | 'auto' {
  if (text !== 'yes' && text !== 'no' && text !== 'auto') {
    throw new UsageError(`expected yes, no or auto for ${option} but received '${text}'`)
  }
  return text === 'auto' ? text : text === 'yes'
}
