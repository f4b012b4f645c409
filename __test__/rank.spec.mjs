import test from 'ava'

import { borderRefusals, check, imageOf, pixelsOf, row, testFilter, testRefusals } from './helpers/filtering.mjs'
import { coarse, cut, noise, same } from './helpers/pixels.mjs'
import { DEPTHS, rank } from './helpers/reference.mjs'

test('by hand: edges are replicated', async (t) => {
  const image = { width: 3, height: 3, channels: 1, depth: 'uint8', data: Uint8Array.of(9, 1, 8, 2, 7, 3, 6, 4, 5) }
  await check(t, image, 'median', { size: 3 }, { depth: 'uint8', data: Uint8Array.of(7, 7, 7, 6, 5, 5, 6, 5, 5) })
  const line = row(Uint8Array.of(5, 1, 4, 2, 3))
  await check(t, line, 'rank', { size: { x: 3, y: 1 }, index: 0 }, row(Uint8Array.of(1, 1, 1, 2, 2)))
  await check(t, line, 'rank', { size: { x: 3, y: 1 }, percentile: 100 }, row(Uint8Array.of(5, 5, 4, 4, 3)))
})

test('a percentile is an index, rounded half to even', async (t) => {
  const image = imageOf(noise(40, 30))
  const size = { x: 3, y: 1 }
  for (const [percentile, index] of [[0, 0], [24.9, 0], [25, 0], [25.1, 1], [50, 1], [75, 2], [100, 2]]) {
    const [a, b] = await Promise.all([image.rank({ size, percentile }), image.rank({ size, index })].map((it) => pixelsOf(it)))
    same(t, a.data, b.data, `${percentile}`)
  }
})

test('floats: -0 is below 0, and NaN above infinity', async (t) => {
  const image = row(Float32Array.of(0, NaN, -0, Infinity, -1))
  const ranks = (index, ...data) =>
    check(t, image, 'rank', { size: { x: 5, y: 1 }, index, border: 'wrap' }, row(Float32Array.from(data)))
  for (const [index, value] of [-1, -0, 0, Infinity].entries()) {
    await ranks(index, value, value, value, value, value)
  }
  const { data } = await pixelsOf(imageOf(image).rank({ size: { x: 5, y: 1 }, index: 4, border: 'wrap' }))
  t.true(data.every((value) => Number.isNaN(value)))
})

testFilter('median', rank, { size: { x: 5, y: 3 } }, { size: { x: 9, y: 11 } })
testFilter('rank', rank, { size: 3, percentile: 80 }, { size: { x: 17, y: 15 }, percentile: 10 })

for (const depth of DEPTHS) {
  test(`${depth}: sizes`, async (t) => {
    const image = coarse(61, 47, 1, depth, 11)
    for (const size of [1, 3, 5, 7, 11, 17, { x: 1, y: 9 }, { x: 13, y: 1 }, { x: 3, y: 5 }, { x: 23, y: 3 }]) {
      await check(t, image, 'median', { size }, rank(image, { size }))
    }
  })
}

test('a chain equals its steps', async (t) => {
  const image = noise(90, 70, 3, 'uint16', 5)
  const region = { left: 11, top: 3, width: 60, height: 50 }
  const [first, second] = [{ size: 7 }, { size: { x: 3, y: 21 }, border: 'wrap' }]
  const chain = imageOf(image).median(first).crop(region).median(second)
  same(t, (await pixelsOf(chain)).data, rank(cut(rank(image, first), region), second).data)
})

testRefusals('median', [
  [undefined, 'expected an object for median options but received undefined'],
  [{}, 'expected an odd integer from 1 to 255 for size but received undefined'],
  [{ size: 4 }, 'expected an odd integer from 1 to 255 for size but received 4'],
  [{ size: 257 }, 'expected an odd integer from 1 to 255 for size but received 257'],
  [{ size: { x: 3, y: 2.5 } }, 'expected an odd integer from 1 to 255 for size.y but received 2.5'],
  [{ size: 3, index: 1 }, 'expected only size, border in median options but received index'],
  ...borderRefusals({ size: 3 }),
])

testRefusals('rank', [
  [{ size: 3 }, 'expected one of index and percentile for the rank but received { index: undefined, percentile: undefined }'],
  [{ size: 3, index: 1, percentile: 2 }, 'expected one of index and percentile for the rank but received { index: 1, percentile: 2 }'],
  [{ size: 3, index: 9 }, 'expected an integer from 0 to 8 for index but received 9'],
  [{ size: 3, index: 0.5 }, 'expected an integer from 0 to 8 for index but received 0.5'],
  [{ size: 3, percentile: 101 }, 'expected a number from 0 to 100 for percentile but received 101'],
  [{ size: 3, percentile: Number.NaN }, 'expected a number from 0 to 100 for percentile but received NaN'],
  ...borderRefusals({ size: 3, index: 0 }),
])
