import test from 'ava'
import { fromBuffer } from 'gigapx'

import { check, checkInvariance, imageOf, pixelsOf, row, testFilter, testRefusals } from './helpers/filtering.mjs'
import { coarse, noise, same } from './helpers/pixels.mjs'
import { BORDERS, DEPTHS, dilate, erode } from './helpers/reference.mjs'

const ones = (width, height) => Array.from({ length: height }, () => Array.from({ length: width }, () => 1))
const cross = [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
const ellipse = [[0, 0, 1, 0, 0], ...ones(5, 3), [0, 0, 1, 0, 0]]
const odd = [[1, 0, 1, 1], [0, 1, 0, 1]]

testFilter('erode', erode, { kernel: odd }, { kernel: ones(9, 12) })
testFilter('dilate', dilate, { kernel: odd }, { kernel: ones(9, 12) })

test('by hand', async (t) => {
  const image = row(Uint8Array.of(9, 5, 7, 1, 8))
  const line = { size: { x: 3, y: 1 } }
  await check(t, image, 'erode', line, row(Uint8Array.of(5, 5, 1, 1, 1)))
  await check(t, image, 'dilate', line, row(Uint8Array.of(9, 9, 7, 8, 8)))
  await check(t, image, 'dilate', { kernel: [[1, 0, 0]] }, row(Uint8Array.of(0, 9, 5, 7, 1)))
  await check(t, image, 'erode', { kernel: [[1, 0, 0]] }, row(Uint8Array.of(255, 9, 5, 7, 1)))
  await check(t, image, 'erode', { ...line, border: { constant: 0 } }, row(Uint8Array.of(0, 5, 1, 1, 0)))
  await check(t, image, 'erode', { size: { x: 2, y: 1 } }, row(Uint8Array.of(9, 5, 5, 1, 1)))
})

test('shapes', async (t) => {
  const image = coarse(40, 30, 2, 'uint16', 5)
  for (const [options, kernel] of [
    [{ size: 4 }, ones(4, 4)],
    [{ size: { x: 3, y: 7 }, shape: 'rectangle' }, ones(3, 7)],
    [{ size: 3, shape: 'cross' }, cross],
    [{ size: 5, shape: 'ellipse' }, ellipse],
  ]) {
    await check(t, image, 'erode', options, erode(image, { kernel }))
    await check(t, image, 'dilate', options, dilate(image, { kernel }))
    const anchor = { x: 0, y: 2 }
    if (options.shape !== 'cross') {
      await check(t, image, 'erode', { ...options, anchor }, erode(image, { kernel, anchor }))
    }
    same(t, (await pixelsOf(imageOf(image).erode({ kernel }))).data, erode(image, { kernel }).data)
  }
})

for (const depth of DEPTHS) {
  test(`${depth}: sizes`, async (t) => {
    const image = coarse(61, 47, 1, depth, 11)
    for (const [x, y] of [[1, 1], [1, 9], [1, 10], [12, 1], [7, 11], [23, 30], [33, 17], [3, 45], [60, 60]]) {
      await check(t, image, 'erode', { size: { x, y } }, erode(image, { kernel: ones(x, y) }))
      await check(t, image, 'dilate', { size: { x, y } }, dilate(image, { kernel: ones(x, y) }))
    }
  })
}

test('several times', async (t) => {
  const image = coarse(40, 30, 1, 'uint8', 3)
  for (const border of BORDERS) {
    // A rectangle grows, any other shape is used again, with the border each time.
    const anchor = { x: 2, y: 0 }
    const grown = erode(image, { kernel: ones(7, 4), anchor: { x: 6, y: 0 }, border })
    await check(t, image, 'erode', { size: { x: 3, y: 2 }, anchor, iterations: 3, border }, grown)
    const again = dilate(dilate(image, { kernel: cross, border }), { kernel: cross, border })
    await check(t, image, 'dilate', { size: 3, shape: 'cross', iterations: 2, border }, again)
  }
})

for (const depth of DEPTHS) {
  test(`${depth}: what is made of both`, async (t) => {
    const image = coarse(50, 40, 3, depth, 9)
    const minus = (a, b) => imageOf(a).subtract(imageOf(b))
    for (const given of [{ kernel: odd }, { kernel: ellipse, border: 'reflect' }, { kernel: ones(5, 13), border: 'wrap' }]) {
      const [eroded, dilated] = [erode(image, given), dilate(image, given)]
      const [opened, closed] = [dilate(eroded, given), erode(dilated, given)]
      for (const [operation, expected] of [
        ['open', imageOf(opened)],
        ['close', imageOf(closed)],
        ['gradient', minus(dilated, eroded)],
        ['topHat', minus(image, opened)],
        ['blackHat', minus(closed, image)],
      ]) {
        await check(t, image, 'morphology', { operation, ...given }, await pixelsOf(expected))
      }
    }
  })
}

test('hit or miss', async (t) => {
  const data = Uint8Array.from([
    0, 0, 0, 0, 0,
    0, 255, 0, 255, 255,
    0, 0, 0, 0, 0,
  ])
  const image = { width: 5, height: 3, channels: 1, depth: 'uint8', data }
  const found = (...places) => ({ ...image, data: data.map((_, at) => (places.includes(at) ? 255 : 0)) })
  const find = (kernel, expected) => check(t, image, 'morphology', { operation: 'hitOrMiss', kernel }, expected)
  await find([[0, -1, 0], [-1, 1, -1], [0, -1, 0]], found(6))
  await find([[1, 1]], found(9))
  await find([[-1]], { ...image, data: data.map((sample) => 255 - sample) })
})

test('the window of minimum and maximum sees the border of filters', async (t) => {
  const image = coarse(30, 20, 2, 'int16', 4)
  for (const border of [undefined, ...BORDERS]) {
    const given = { kernel: ones(5, 3), border: border ?? 'reflect101' }
    await check(t, image, 'minimum', { size: { x: 5, y: 3 }, border }, erode(image, given))
    await check(t, image, 'maximum', { size: { x: 5, y: 3 }, border }, dilate(image, given))
  }
})

test('NaN is larger than all numbers', async (t) => {
  const image = row(Float32Array.of(NaN, -0, 0, -Infinity, NaN, NaN, NaN))
  const pixels = async (method) => (await pixelsOf(imageOf(image)[method]({ size: { x: 3, y: 1 } }))).data
  t.deepEqual([...(await pixels('erode'))], [-0, -0, -Infinity, -Infinity, -Infinity, NaN, NaN])
  t.deepEqual([...(await pixels('dilate'))], [NaN, NaN, 0, NaN, NaN, NaN, NaN])
})

test('neither threads nor tiles change what is made of both', async (t) => {
  const image = imageOf(noise(300, 200, 3, 'uint8', 13))
  await checkInvariance(t, image.morphology({ operation: 'topHat', size: 31 }))
  await checkInvariance(t, image.morphology({ operation: 'gradient', size: 15, shape: 'ellipse', iterations: 2 }))
})

test('hit or miss is for uint8', (t) => {
  const image = fromBuffer(new Uint16Array(4), { width: 2, height: 2, depth: 'uint16' })
  const message = "expected an image of 'uint8' for hitOrMiss but received 'uint16'"
  t.throws(() => image.morphology({ operation: 'hitOrMiss', kernel: [[1]] }), { code: 'ERR_INVALID_ARGUMENT', message })
})

const elements = [
  [undefined, 'expected an object for erode options but received undefined'],
  [{}, 'expected either size or kernel for the element but received { size: undefined, kernel: undefined }'],
  [{ size: 3, kernel: [[1]] }, 'expected either size or kernel for the element but received { size: 3, kernel: [ [Array] ] }'],
  [{ size: 0 }, 'expected an integer from 1 to 32767 for size but received 0'],
  [{ size: 1024, shape: 'ellipse' }, 'expected an integer from 1 to 1023 for size but received 1024'],
  [{ size: 3, shape: 'diamond' }, "expected 'rectangle', 'cross' or 'ellipse' for shape but received 'diamond'"],
  [{ kernel: [[1]], shape: 'cross' }, "expected no shape beside a kernel for shape but received 'cross'"],
  [{ kernel: [[1, 0], [1]] }, 'expected 2 numbers, as in the first row, for kernel[1] but received [ 1 ]'],
  [{ kernel: [[1, 0], [1, -1]] }, 'expected 1 or 0 for kernel[1][1] but received -1'],
  [{ kernel: [[0, 0]] }, 'expected at least one 1 for kernel but received [ [ 0, 0 ] ]'],
  [{ size: 3, anchor: { x: 3, y: 0 } }, 'expected a pixel of 3 x 3 for anchor but received 3, 0'],
  [{ size: 3, anchor: { x: -1, y: 0 } }, /from 0 to 32767 for anchor.x but received -1/],
  [{ size: 3, iterations: 0 }, 'expected an integer from 1 to 1000 for iterations but received 0'],
  [{ size: 1000, iterations: 100 }, /so few that a rectangle stays within 32767 pixels for iterations but received 100/],
  [{ size: 3, border: 'mirror' }, /for border but received 'mirror'/],
  [{ size: 3, sise: 3 }, 'expected only size, kernel, shape, anchor, iterations, border in erode options but received sise'],
]
testRefusals('erode', elements)
testRefusals('dilate', elements.filter(([options]) => options !== undefined && !('sise' in options)))
testRefusals('morphology', [
  [{ size: 3 }, /for operation but received undefined/],
  [{ size: 3, operation: 'erode' }, "expected 'open', 'close', 'gradient', 'topHat', 'blackHat' or 'hitOrMiss' for operation but received 'erode'"],
  [{ size: 3, operation: 'hitOrMiss' }, 'expected rows of 1, 0 and -1 for kernel but received undefined'],
  [{ kernel: [[2]], operation: 'hitOrMiss' }, 'expected 1 or 0 or -1 for kernel[0][0] but received 2'],
  [{ kernel: [[-1]], operation: 'open' }, 'expected 1 or 0 for kernel[0][0] but received -1'],
  [{ kernel: [[0]], operation: 'hitOrMiss' }, 'expected at least one 1 or -1 for kernel but received [ [ 0 ] ]'],
])
testRefusals('minimum', [
  [{ size: 4 }, 'expected an odd integer from 1 to 255 for size but received 4'],
  [{ size: 257 }, 'expected an odd integer from 1 to 255 for size but received 257'],
  [{ size: 3, border: 'ignore' }, /for border but received 'ignore'/],
])
testRefusals('maximum', [[{}, /for size but received undefined/]])
