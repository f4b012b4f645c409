/** What the tests of every filter do. */

import { inspect } from 'node:util'

import test from 'ava'
import { fromBuffer, GigapxError } from 'gigapx'

import { coarse, cut, noise, same, samples } from './pixels.mjs'
import { BORDERS, DEPTHS } from './reference.mjs'

/** Pixels as an image. */
export function imageOf({ width, height, channels, depth, data }) {
  return fromBuffer(data, { width, height, channels, depth })
}

/** The pixels of an image. */
export async function pixelsOf(image, options) {
  const { width, height, channels, depth } = image
  return { width, height, channels, depth, data: samples(await image.toBuffer(options), depth) }
}

/** Asserts that a filter, `image[method](options)`, gives those pixels. */
export async function check(t, pixels, method, options, expected) {
  const { width, height, channels, depth } = pixels
  const filtered = imageOf(pixels)[method](options)
  t.like(filtered, { width, height, channels, depth: expected.depth })
  const message = `${method} of ${JSON.stringify([width, height, channels, depth, options])}`
  same(t, (await pixelsOf(filtered)).data, expected.data, message)
}

/**
 * Compares a filter with its reference: at every depth, with every border, and on images that are
 * smaller than the kernel. `large` options, with a kernel of several pixels more, make the latter.
 */
export function testFilter(method, reference, options, large = options) {
  const compare = (t, pixels, given) => check(t, pixels, method, given, reference(pixels, given))
  for (const depth of DEPTHS) {
    test(`${method} of ${depth}: every border and several channels`, async (t) => {
      for (const border of BORDERS) {
        for (const channels of [1, 2, 3, 4, 5]) {
          await compare(t, coarse(37, 23, channels, depth, 7), { ...options, border })
        }
      }
    })
    test(`${method} of ${depth}: images smaller than the kernel`, async (t) => {
      for (const [width, height] of [[1, 1], [1, 40], [40, 1], [2, 3], [5, 2]]) {
        for (const border of BORDERS) {
          await compare(t, coarse(width, height, 3, depth, 3), { ...large, border })
        }
      }
    })
    test(`${method} of ${depth}: neither threads nor tiles nor crops change a byte`, async (t) => {
      await checkInvariance(t, imageOf(noise(300, 200, 2, depth, 13))[method](options)[method](large))
    })
  }
}

/** Compares a filter with its reference from every depth to every depth, for each of the options. */
export function testDepths(method, reference, ...table) {
  for (const depth of DEPTHS) {
    test(`${method} of ${depth}: every depth of the result`, async (t) => {
      const pixels = coarse(37, 23, 2, depth, 3)
      for (const given of table) {
        for (const output of DEPTHS) {
          const options = { ...given, depth: output }
          await check(t, pixels, method, options, reference(pixels, options))
        }
      }
    })
  }
}

/** One row of samples. */
export function row(data, channels = 1) {
  const depth = data.constructor.name.replace('Array', '').toLowerCase()
  return { width: data.length / channels, height: 1, channels, depth, data }
}

/** Asserts that neither threads nor tiles nor crops change a byte of an image. */
export async function checkInvariance(t, image) {
  const whole = await pixelsOf(image, { threads: 1 })
  same(t, (await pixelsOf(image)).data, whole.data, 'all threads')
  const { width, height, depth } = whole
  for (const size of [{ width: 64, height: 48 }, { width, height: 1 }, { width: 33, height }]) {
    for await (const tile of image.tiles(size)) {
      same(t, samples(tile.data, depth), cut(whole, tile).data, `tile ${tile.left},${tile.top} of ${tile.width}`)
    }
  }
  for (const region of [
    { left: 0, top: 0, width: 1, height: 1 },
    { left: width - 1, top: height - 1, width: 1, height: 1 },
    { left: 7, top: 5, width: width - 20, height: height - 11 },
  ]) {
    const crop = await pixelsOf(image.crop(region))
    same(t, crop.data, cut(whole, region).data, `crop ${JSON.stringify(region)}`)
  }
}

/** One test for each row of a table: options that a filter refuses, and the message. */
export function testRefusals(method, table) {
  const image = fromBuffer(new Uint8Array(12), { width: 4, height: 3 })
  for (const [options, message] of table) {
    test(`${method} refuses ${inspect(options, { breakLength: Infinity, maxArrayLength: 4 })}`, (t) => {
      t.throws(() => image[method](options), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT', message })
    })
  }
}

/** Options that every filter with a border refuses. `valid` is what it needs besides. */
export function borderRefusals(valid) {
  return [
    [{ ...valid, border: 'mirror' }, "expected 'reflect101', 'replicate', 'reflect', 'wrap' or { constant: number } for border but received 'mirror'"],
    [{ ...valid, border: { constant: '0' } }, "expected a finite number for border.constant but received '0'"],
    [{ ...valid, border: { value: 0 } }, 'expected only constant in border but received value'],
  ]
}

/** Options that every filter with a depth refuses. */
export function depthRefusals(valid) {
  const depths = "'uint8', 'uint16', 'int16', 'int32' or 'float32'"
  return [
    [{ ...valid, depth: 'uint32' }, `expected ${depths} for depth but received 'uint32'`],
    [{ ...valid, depth: null }, `expected ${depths} for depth but received null`],
  ]
}
