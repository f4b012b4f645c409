import { Buffer } from 'node:buffer'
import process from 'node:process'

import { GigapxError } from '../errors.js'
import type { Image } from '../image.js'
import { infoArguments } from './arguments.js'
import { exit, type Exit } from './exit.js'
import { openInput } from './input.js'

/** `gigapx info` */
export async function info(args: readonly string[]): Promise<Exit> {
  const { input, values } = infoArguments(args)
  const image = await openInput(input, values)
  const tags = await summary(image)
  const found = { ...image.metadata(), ...(Object.keys(tags).length > 0 && { tags }) }
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify(found)}\n`)
  } else {
    const { tags: _, ...metadata } = found
    const lines = { ...metadata, ...tags }
    const width = Math.max(...Object.keys(lines).map((name) => name.length))
    for (const [name, value] of Object.entries(lines)) {
      process.stdout.write(`${name.padEnd(width)}  ${text(value)}\n`)
    }
  }
  return exit.done
}

/** What describes the image, with sizes in place of what is long; why it is not known, if a tag is broken. */
async function summary(image: Image): Promise<Record<string, unknown>> {
  try {
    const { icc, xmp, ome, geo, ...rest } = await image.tags()
    const sizes = Object.entries({ icc, xmp, ome: ome === undefined ? undefined : Buffer.from(ome) })
      .flatMap(([name, bytes]) => (bytes === undefined ? [] : [[name, { bytes: bytes.byteLength }]]))
    const { keys: _, ...place } = geo ?? {}
    return { ...rest, ...Object.fromEntries(sizes), ...(geo !== undefined && { geo: place }) }
  } catch (error) {
    if (error instanceof GigapxError && error.code === 'ERR_CORRUPT_INPUT') {
      return { broken: error.message }
    }
    throw error
  }
}

const MAX_TEXT = 100

/** A value in a line. */
function text(value: unknown): string {
  if (Array.isArray(value)) {
    return value.map((item) => text(item)).join(', ')
  }
  if (typeof value === 'object' && value !== null) {
    return fields(value as Readonly<Record<string, unknown>>)
  }
  const [line = '', ...more] = String(value).split(/[\r\n]+/)
  return line.length > MAX_TEXT || more.length > 0 ? `${line.slice(0, MAX_TEXT)}...` : line
}

function fields(value: Readonly<Record<string, unknown>>): string {
  const { bytes, width, height, x, y, unit } = value
  if (bytes !== undefined) {
    return `${String(bytes)} bytes`
  }
  if (width !== undefined) {
    return `${String(width)} x ${String(height)}`
  }
  if (x !== undefined) {
    return `${String(x)} x ${String(y)}${unit === undefined || unit === 'none' ? '' : ` per ${String(unit)}`}`
  }
  return Object.entries(value).map(([name, item]) => `${name} ${text(item)}`).join('; ')
}
