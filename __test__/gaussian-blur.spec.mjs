import test from 'ava'
import { fromBuffer } from 'gigapx'

import { checkInvariance, imageOf, pixelsOf } from './helpers/filtering.mjs'
import { cut, noise, same, samples } from './helpers/pixels.mjs'
import { BORDERS, DEPTHS, gaussianBlur } from './helpers/reference.mjs'

async function check(t, image, options) {
  const { width, height, channels, depth, data } = image
  const blurred = fromBuffer(data, { width, height, channels }).gaussianBlur(options)
  t.like(blurred, { width, height, channels, depth })
  const expected = gaussianBlur(image, options).data
  same(t, samples(await blurred.toBuffer(), depth), expected, JSON.stringify([width, height, channels, depth, options]))
}

for (const depth of ['uint8', 'uint16']) {
  test(`${depth}: every border and several channels`, async (t) => {
    for (const border of BORDERS) {
      for (const channels of [1, 2, 3, 4, 5]) {
        await check(t, noise(37, 29, channels, depth, 7), { sigma: 1.3, border })
      }
    }
  })

  test(`${depth}: sizes of kernel and sigma`, async (t) => {
    const image = noise(61, 47, 1, depth, 11)
    for (const kernelSize of [1, 3, 5, 7, 9, 11, 31]) {
      await check(t, image, { kernelSize })
      await check(t, image, { kernelSize, sigma: 2.2 })
    }
    for (const sigma of [0.25, 0.5, 1, 2.2, 4]) {
      await check(t, image, { sigma })
    }
    await check(t, image, { sigma: { x: 3, y: 0.6 } })
    await check(t, image, { kernelSize: { x: 1, y: 9 }, sigma: { x: 1, y: 2 } })
    await check(t, image, { kernelSize: { x: 13, y: 3 } })
  })

  test(`${depth}: images smaller than the kernel`, async (t) => {
    for (const [width, height] of [[1, 1], [1, 40], [40, 1], [2, 3], [5, 2]]) {
      for (const border of BORDERS) {
        await check(t, noise(width, height, 3, depth, 3), { kernelSize: 15, border })
      }
    }
  })
}

test('a flat image stays as it is, at every depth', async (t) => {
  for (const depth of DEPTHS) {
    const { data } = noise(1, 1, 1, depth)
    const flat = new data.constructor(50 * 40).fill(-42)
    const image = fromBuffer(flat, { width: 50, height: 40 })
    const blurred = samples(await image.gaussianBlur({ sigma: 2 }).toBuffer(), depth)
    if (depth === 'float32') {
      t.true(blurred.every((value) => Math.abs(value + 42) < 1e-4))
    } else {
      same(t, blurred, flat, depth)
    }
  }
})

for (const depth of DEPTHS) {
  test(`${depth}: 'fast' is close to exact, on whole images and parts alike`, async (t) => {
    const image = imageOf(noise(150, 110, 2, depth, 17))
    const range = { uint8: 255, float32: 2, int32: 2 ** 32 }[depth] ?? 65_535
    for (const options of [{ sigma: 6 }, { sigma: { x: 12, y: 3 }, border: 'replicate' }, { sigma: 20, border: 'wrap' }]) {
      const fast = image.gaussianBlur({ ...options, precision: 'fast' })
      const [actual, exact] = [await pixelsOf(fast), await pixelsOf(image.gaussianBlur(options))]
      t.is(fast.depth, depth)
      const furthest = actual.data.reduce((most, value, i) => Math.max(most, Math.abs(value - exact.data[i])), 0)
      t.true(furthest <= range / 100, `${JSON.stringify(options)} is off by ${furthest}`)
      await checkInvariance(t, fast)
    }
  })
}

test('a chain equals its steps', async (t) => {
  const image = noise(90, 70, 3, 'uint8', 5)
  const region = { left: 11, top: 3, width: 60, height: 50 }
  const chain = fromBuffer(image.data, { width: 90, height: 70, channels: 3 })
    .gaussianBlur({ sigma: 1.5 })
    .gaussianBlur({ kernelSize: { x: 3, y: 7 }, border: 'wrap' })
    .crop(region)
    .gaussianBlur({ sigma: 0.8, border: 'replicate' })
  let expected = gaussianBlur(image, { sigma: 1.5 })
  expected = gaussianBlur(expected, { kernelSize: { x: 3, y: 7 }, border: 'wrap' })
  expected = gaussianBlur(cut(expected, region), { sigma: 0.8, border: 'replicate' })
  same(t, await chain.toBuffer(), expected.data)
})

test('neither tiles nor threads change a byte', async (t) => {
  for (const depth of DEPTHS) {
    const image = noise(700, 500, 2, depth, 13)
    const blurred = fromBuffer(image.data, { width: 700, height: 500, channels: 2 })
      .gaussianBlur({ sigma: 2.2 })
      .gaussianBlur({ sigma: { x: 1, y: 3 }, border: 'reflect' })
    const whole = { ...image, data: samples(await blurred.toBuffer({ threads: 1 }), depth) }
    same(t, samples(await blurred.toBuffer(), depth), whole.data, depth)
    for (const [width, height] of [[64, 64], [700, 1], [33, 500], [1000, 1000]]) {
      for await (const tile of blurred.tiles({ width, height })) {
        same(t, samples(tile.data, depth), cut(whole, tile).data, `${depth} ${tile.left},${tile.top}`)
      }
    }
  }
})
