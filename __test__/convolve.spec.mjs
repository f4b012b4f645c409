import test from 'ava'

import { borderRefusals, check, depthRefusals, imageOf, pixelsOf, row, testDepths, testFilter, testRefusals } from './helpers/filtering.mjs'
import { coarse, cut, noise, same } from './helpers/pixels.mjs'
import { convolve, convolveSeparable, DEPTHS } from './helpers/reference.mjs'

const smooth = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]
const emboss = [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
/** A kernel of many rows and columns that is no product, of whole numbers from -3 to 3. */
const wild = (columns, rows) =>
  Array.from({ length: rows }, (_, j) => Array.from({ length: columns }, (__, i) => ((i * i + 3 * j + i * j) % 7) - 3))

test('convolve by hand: an impulse shows the kernel turned round', async (t) => {
  const image = { width: 3, height: 3, channels: 1, depth: 'uint8', data: Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0, 0) }
  const shown = { kernel: [[1, 2, 3], [4, 5, 6], [7, 8, 9]], border: { constant: 0 } }
  await check(t, image, 'convolve', shown, { depth: 'uint8', data: Uint8Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1) })
  const options = { ...shown, scale: -0.5, offset: 3, depth: 'float32' }
  const data = Float32Array.of(-1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5)
  await check(t, image, 'convolve', options, { depth: 'float32', data })
})

test('convolve by hand: halves go to even numbers, and results saturate', async (t) => {
  const image = row(Uint8Array.of(1, 3, 5, 255))
  await check(t, image, 'convolve', { kernel: [[0.5]] }, row(Uint8Array.of(0, 2, 2, 128)))
  await check(t, image, 'convolve', { kernel: [[-1]], offset: 4 }, row(Uint8Array.of(3, 1, 0, 0)))
  await check(t, image, 'convolve', { kernel: [[1000]], depth: 'int16' }, row(Int16Array.of(1000, 3000, 5000, 32_767)))
})

test('convolve by hand: even sides reach further back', async (t) => {
  const image = row(Uint8Array.of(1, 2, 4, 8))
  const options = { kernel: [[-1, 1]], border: 'replicate', depth: 'int16' }
  await check(t, image, 'convolve', options, row(Int16Array.of(0, 1, 2, 4)))
})

test('convolveSeparable by hand', async (t) => {
  const image = { width: 3, height: 2, channels: 1, depth: 'uint8', data: Uint8Array.of(0, 10, 20, 100, 110, 120) }
  const options = { horizontal: [-1, 0, 1], vertical: [2, 1], border: 'replicate', depth: 'int16' }
  await check(t, image, 'convolveSeparable', options, { depth: 'int16', data: Int16Array.of(30, 60, 30, 30, 60, 30) })
  const offset = { ...options, offset: -30.5, depth: 'float32' }
  await check(t, image, 'convolveSeparable', offset, {
    depth: 'float32',
    data: Float32Array.of(-0.5, 29.5, -0.5, -0.5, 29.5, -0.5),
  })
})

testFilter('convolve', convolve, { kernel: emboss }, { kernel: wild(9, 6) })
testDepths('convolve', convolve, { kernel: emboss, offset: 128 }, { kernel: smooth, scale: 1 / 16 })
testFilter('convolveSeparable', convolveSeparable, { horizontal: [1, 2, 1], vertical: [1, 0, -1] }, {
  horizontal: [1, -3, 2, 0, 0, 1, 4],
  vertical: [2, 1, -1, 0.5],
})
testDepths(
  'convolveSeparable',
  convolveSeparable,
  { horizontal: [1, 2, 1], vertical: [-1, 0, 1], offset: 7 },
  { horizontal: [0.25, 0.5, 0.25], vertical: [0.25, 0.5, 0.25] },
)

for (const depth of DEPTHS) {
  test(`${depth}: kernels of all sizes`, async (t) => {
    const image = coarse(41, 37, 1, depth, 11)
    for (const [columns, rows] of [[1, 1], [1, 4], [5, 1], [2, 2], [7, 7], [8, 8], [13, 10], [3, 21]]) {
      const kernel = wild(columns, rows)
      await check(t, image, 'convolve', { kernel }, convolve(image, { kernel }))
    }
    for (const [columns, rows] of [[1, 1], [1, 6], [5, 1], [3, 3], [5, 7], [2, 12]]) {
      const options = { horizontal: wild(columns, 1)[0], vertical: wild(rows, 1)[0], depth: 'float32' }
      await check(t, image, 'convolveSeparable', options, convolveSeparable(image, options))
    }
  })

  test(`${depth}: a kernel that is a product is convolved with as it is`, async (t) => {
    const image = imageOf(noise(50, 40, 3, depth, 2))
    const [horizontal, vertical] = [[1, 2, 1], [1, 2, 1]]
    const whole = await pixelsOf(image.convolve({ kernel: smooth, depth: 'float32' }))
    const parts = await pixelsOf(image.convolveSeparable({ horizontal, vertical, depth: 'float32' }))
    const most = Math.max(...whole.data.map(Math.abs))
    t.true(whole.data.every((value, i) => Math.abs(value - parts.data[i]) <= most * 1e-6))
  })
}

test('a kernel may be of any arrays', async (t) => {
  const image = coarse(30, 20)
  const expected = convolve(image, { kernel: emboss })
  const rows = [Int8Array.from(emboss[0]), Float64Array.from(emboss[1]), Object.freeze(emboss[2])]
  await check(t, image, 'convolve', { kernel: Object.freeze(rows) }, expected)
  const options = { horizontal: Float32Array.of(0.25, 0.5, 0.25), vertical: Uint8Array.of(1, 2, 1) }
  await check(t, image, 'convolveSeparable', options, convolveSeparable(image, options))
})

test('a kernel may change after the call', async (t) => {
  const image = coarse(30, 20)
  const kernel = emboss.map((numbers) => Float64Array.from(numbers))
  const filtered = imageOf(image).convolve({ kernel })
  kernel[0].fill(9)
  same(t, (await pixelsOf(filtered)).data, convolve(image, { kernel: emboss }).data)
})

test('a chain equals its steps', async (t) => {
  const image = noise(90, 70, 3, 'uint8', 5)
  const region = { left: 11, top: 3, width: 60, height: 50 }
  const [first, second] = [{ kernel: emboss, depth: 'int16' }, { horizontal: [1, 1], vertical: [2, 3, 2], border: 'wrap' }]
  const chain = imageOf(image).convolve(first).crop(region).convolveSeparable(second)
  same(t, (await pixelsOf(chain)).data, convolveSeparable(cut(convolve(image, first), region), second).data)
})

const list = 'an array of 1 to 32767 numbers'
const rows = 'an array of 1 to 32767 rows of numbers'

testRefusals('convolve', [
  [undefined, 'expected an object for convolve options but received undefined'],
  [{}, `expected ${rows} for kernel but received undefined`],
  [{ kernel: [] }, `expected ${rows} for kernel but received []`],
  [{ kernel: '1,2' }, `expected ${rows} for kernel but received '1,2'`],
  [{ kernel: new Float64Array(9) }, /^expected an array of 1 to 32767 rows of numbers for kernel but received Float64Array/],
  [{ kernel: [1, 2, 3] }, `expected ${list} for kernel[0] but received 1`],
  [{ kernel: [[]] }, `expected ${list} for kernel[0] but received []`],
  [{ kernel: [[1, 2], 'ab'] }, `expected ${list} for kernel[1] but received 'ab'`],
  [{ kernel: [new DataView(new ArrayBuffer(8))] }, /^expected an array of 1 to 32767 numbers for kernel\[0\] but received DataView/],
  [{ kernel: [[1, 2], [3]] }, 'expected 2 numbers, as in the first row, for kernel[1] but received [ 3 ]'],
  [{ kernel: [[1, 2], [3, '4']] }, "expected a finite number for kernel[1][1] but received '4'"],
  [{ kernel: [[1, , 2]] }, 'expected a finite number for kernel[0][1] but received undefined'], // oxlint-disable-line no-sparse-arrays
  [{ kernel: [[1, NaN]] }, 'expected a finite number for kernel[0][1] but received NaN'],
  [{ kernel: [Float32Array.of(1, Infinity)] }, 'expected a finite number for kernel[0][1] but received Infinity'],
  [{ kernel: [BigInt64Array.of(1n)] }, 'expected a finite number for kernel[0][0] but received 1n'],
  [{ kernel: smooth, scale: Infinity }, 'expected a finite number for scale but received Infinity'],
  [{ kernel: smooth, scale: '2' }, "expected a finite number for scale but received '2'"],
  [{ kernel: smooth, offset: NaN }, 'expected a finite number for offset but received NaN'],
  [{ kernel: smooth, delta: 1 }, 'expected only kernel, scale, offset, depth, border in convolve options but received delta'],
  ...depthRefusals({ kernel: smooth }),
  ...borderRefusals({ kernel: smooth }),
])

const valid = { horizontal: [1], vertical: [1] }

testRefusals('convolveSeparable', [
  [null, 'expected an object for convolveSeparable options but received null'],
  [{ vertical: [1] }, `expected ${list} for horizontal but received undefined`],
  [{ horizontal: [1] }, `expected ${list} for vertical but received undefined`],
  [{ ...valid, horizontal: [] }, `expected ${list} for horizontal but received []`],
  [{ ...valid, horizontal: 1 }, `expected ${list} for horizontal but received 1`],
  [{ ...valid, horizontal: [[1]] }, 'expected a finite number for horizontal[0] but received [ 1 ]'],
  [{ ...valid, vertical: [1, null] }, 'expected a finite number for vertical[1] but received null'],
  [{ ...valid, vertical: new Uint8Array(32_768) }, /^expected an array of 1 to 32767 numbers for vertical but received Uint8Array\(32768\)/],
  [{ ...valid, offset: Infinity }, 'expected a finite number for offset but received Infinity'],
  [{ ...valid, scale: 2 }, 'expected only horizontal, vertical, offset, depth, border in convolveSeparable options but received scale'],
  ...depthRefusals(valid),
  ...borderRefusals(valid),
])
