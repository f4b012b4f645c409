import test from 'ava'

import { borderRefusals, check, depthRefusals, imageOf, pixelsOf, row, testDepths, testFilter, testRefusals } from './helpers/filtering.mjs'
import { coarse, cut, noise, same } from './helpers/pixels.mjs'
import { boxBlur, DEPTHS } from './helpers/reference.mjs'

const compare = (t, image, options) => check(t, image, 'boxBlur', options, boxBlur(image, options))

test('by hand', async (t) => {
  const image = { width: 3, height: 3, channels: 1, depth: 'uint8', data: Uint8Array.of(0, 10, 20, 30, 40, 50, 60, 70, 80) }
  const mean = Uint8Array.of(27, 30, 33, 37, 40, 43, 47, 50, 53)
  await check(t, image, 'boxBlur', { size: 3 }, { depth: 'uint8', data: mean })
  const sums = Int16Array.of(240, 270, 300, 330, 360, 390, 420, 450, 480)
  await check(t, image, 'boxBlur', { size: 3, normalize: false, depth: 'int16' }, { depth: 'int16', data: sums })
  const saturated = Uint8Array.of(240, 255, 255, 255, 255, 255, 255, 255, 255)
  await check(t, image, 'boxBlur', { size: 3, normalize: false }, { depth: 'uint8', data: saturated })
})

test('even sizes reach further back', async (t) => {
  const image = row(Uint8Array.of(1, 2, 4, 8))
  const sums = (x, border, ...data) =>
    check(t, image, 'boxBlur', { size: { x, y: 1 }, normalize: false, border }, row(Uint8Array.from(data)))
  await sums(2, { constant: 0 }, 1, 3, 6, 12)
  await sums(4, 'replicate', 5, 8, 15, 22)
  await sums(7, { constant: 0 }, 15, 15, 15, 15)
})

test('an area of 2 rounds half up: constants stay', async (t) => {
  const image = row(Uint8Array.of(1, 1, 2, 2, 255, 255))
  await check(t, image, 'boxBlur', { size: { x: 2, y: 1 } }, row(Uint8Array.of(1, 1, 2, 2, 129, 255)))
})

testFilter('boxBlur', boxBlur, { size: { x: 5, y: 4 } }, { size: { x: 9, y: 12 } })
testDepths('boxBlur', boxBlur, { size: 3 }, { size: 3, normalize: false })

for (const depth of DEPTHS) {
  test(`${depth}: sizes`, async (t) => {
    const image = coarse(61, 47, 1, depth, 11)
    for (const size of [1, 2, 3, 7, 16, 17, { x: 1, y: 9 }, { x: 12, y: 1 }, { x: 2, y: 1 }, { x: 23, y: 3 }]) {
      await compare(t, image, { size })
      await compare(t, image, { size, normalize: false, depth: 'float32' })
    }
  })
}

test('a constant outside is cast to the depth', async (t) => {
  for (const constant of [300.5, -7]) {
    await compare(t, coarse(5, 4), { size: 3, border: { constant }, depth: 'int16' })
  }
})

test('a width of a strip and more', async (t) => {
  await compare(t, noise(5000, 3, 1, 'uint8', 9), { size: { x: 801, y: 1 } })
})

test('a chain equals its steps', async (t) => {
  for (const depth of ['uint8', 'uint16', 'int16', 'int32']) {
    const image = noise(90, 70, 3, depth, 5)
    const region = { left: 11, top: 3, width: 60, height: 50 }
    const [first, second] = [{ size: 7 }, { size: { x: 4, y: 9 }, border: 'wrap' }]
    const chain = imageOf(image).boxBlur(first).crop(region).boxBlur(second)
    same(t, (await pixelsOf(chain)).data, boxBlur(cut(boxBlur(image, first), region), second).data, depth)
  }
})

testRefusals('boxBlur', [
  [undefined, 'expected an object for boxBlur options but received undefined'],
  [3, 'expected an object for boxBlur options but received 3'],
  [{}, 'expected an integer from 1 to 32767 for size but received undefined'],
  [{ size: 0 }, 'expected an integer from 1 to 32767 for size but received 0'],
  [{ size: 2.5 }, 'expected an integer from 1 to 32767 for size but received 2.5'],
  [{ size: 32_768 }, 'expected an integer from 1 to 32767 for size but received 32768'],
  [{ size: '3' }, "expected an integer from 1 to 32767 for size but received '3'"],
  [{ size: { x: 3, y: -1 } }, 'expected an integer from 1 to 32767 for size.y but received -1'],
  [{ size: { x: 3 } }, 'expected an integer from 1 to 32767 for size.y but received undefined'],
  [{ size: { x: 3, y: 3, z: 3 } }, 'expected only x, y in size but received z'],
  [{ size: 3, normalize: 1 }, 'expected a boolean for normalize but received 1'],
  [{ size: 3, normalise: false }, 'expected only size, normalize, depth, border in boxBlur options but received normalise'],
  ...depthRefusals({ size: 3 }),
  ...borderRefusals({ size: 3 }),
])
