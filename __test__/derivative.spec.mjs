import test from 'ava'

import { borderRefusals, check, depthRefusals, imageOf, pixelsOf, row, testDepths, testFilter, testRefusals } from './helpers/filtering.mjs'
import { coarse, cut, noise, same } from './helpers/pixels.mjs'
import { DEPTHS, gradientMagnitude, laplacian, scharr, sobel } from './helpers/reference.mjs'

const square = (data) => ({ width: 3, height: 3, channels: 1, depth: 'uint8', data: Uint8Array.from(data) })
const ramp = square([0, 10, 20, 30, 40, 50, 60, 70, 80])
const signed = (...data) => ({ depth: 'int16', data: Int16Array.from(data) })

test('sobel by hand', async (t) => {
  await check(t, ramp, 'sobel', { dx: 1 }, signed(0, 80, 0, 0, 80, 0, 0, 80, 0))
  await check(t, ramp, 'sobel', { dy: 1 }, signed(0, 0, 0, 240, 240, 240, 0, 0, 0))
  await check(t, ramp, 'sobel', { dx: 1, size: 1, border: 'replicate' }, signed(10, 20, 10, 10, 20, 10, 10, 20, 10))
  await check(t, ramp, 'sobel', { dx: 1, scale: -1 / 32, offset: 0.75 }, signed(1, -2, 1, 1, -2, 1, 1, -2, 1))
  const shown = { depth: 'uint8', data: Uint8Array.of(128, 128, 128, 255, 255, 255, 128, 128, 128) }
  await check(t, ramp, 'sobel', { dy: 1, offset: 128, depth: 'uint8' }, shown)
})

test('scharr by hand', async (t) => {
  await check(t, ramp, 'scharr', { dx: 1 }, signed(0, 320, 0, 0, 320, 0, 0, 320, 0))
  const slope = { depth: 'float32', data: Float32Array.of(0, 0, 0, 30, 30, 30, 0, 0, 0) }
  await check(t, ramp, 'scharr', { dy: 1, scale: 1 / 32, depth: 'float32' }, slope)
})

test('laplacian by hand: an impulse shows the kernel', async (t) => {
  const impulse = square([0, 0, 0, 0, 1, 0, 0, 0, 0])
  const border = { constant: 0 }
  await check(t, impulse, 'laplacian', { border }, signed(0, 1, 0, 1, -4, 1, 0, 1, 0))
  await check(t, impulse, 'laplacian', { border, size: 3 }, signed(2, 0, 2, 0, -8, 0, 2, 0, 2))
  await check(t, impulse, 'laplacian', { border, size: 5 }, signed(0, -8, 0, -8, -24, -8, 0, -8, 0))
  await check(t, impulse, 'laplacian', undefined, signed(0, 2, 0, 2, -4, 2, 0, 2, 0))
})

test('gradientMagnitude by hand', async (t) => {
  // 3 across and 4 down, in levels a pixel.
  const slope = square([0, 3, 6, 4, 7, 10, 8, 11, 14])
  await check(t, slope, 'gradientMagnitude', undefined, signed(0, 24, 0, 32, 40, 32, 0, 24, 0))
  const options = { operator: 'scharr', scale: 1 / 32, depth: 'uint8' }
  await check(t, slope, 'gradientMagnitude', options, { depth: 'uint8', data: Uint8Array.of(0, 3, 0, 4, 5, 4, 0, 3, 0) })
})

test('results are of a depth that holds their signs', (t) => {
  for (const [depth, expected] of Object.entries({
    uint8: 'int16', uint16: 'float32', int16: 'float32', int32: 'int32', float32: 'float32',
  })) {
    const image = imageOf(noise(4, 3, 1, depth))
    t.is(image.sobel({ dx: 1 }).depth, expected)
    t.is(image.scharr({ dy: 1 }).depth, expected)
    t.is(image.laplacian().depth, expected)
    t.is(image.gradientMagnitude().depth, expected)
    t.is(image.laplacian({ depth: 'uint8' }).depth, 'uint8')
  }
})

testFilter('sobel', sobel, { dx: 1 }, { dx: 1, dy: 1, size: 5 })
testDepths('sobel', sobel, { dy: 1 }, { dx: 2, scale: 0.25, offset: 100 })
testFilter('scharr', scharr, { dx: 1 })
testDepths('scharr', scharr, { dy: 1 }, { dx: 1, scale: 0.125, offset: -3 })
testFilter('laplacian', laplacian, {}, { size: 5 })
testDepths('laplacian', laplacian, {}, { size: 3, scale: 0.5, offset: 11 })
testFilter('gradientMagnitude', gradientMagnitude, {}, { size: 5 })
testDepths('gradientMagnitude', gradientMagnitude, {}, { operator: 'scharr', scale: 0.125 })

for (const depth of DEPTHS) {
  test(`${depth}: orders and sizes`, async (t) => {
    const image = coarse(41, 37, 1, depth, 11)
    for (const size of [1, 3, 5]) {
      const most = Math.min(2, size === 1 ? 2 : size - 1)
      for (let order = 1; order < (most + 1) ** 2; order++) {
        const options = { dx: order % (most + 1), dy: Math.floor(order / (most + 1)), size }
        await check(t, image, 'sobel', options, sobel(image, options))
      }
      await check(t, image, 'laplacian', { size }, laplacian(image, { size }))
      await check(t, image, 'gradientMagnitude', { size }, gradientMagnitude(image, { size }))
    }
  })
}

test('uint8: large kernels', async (t) => {
  const image = noise(41, 37, 1, 'uint8', 11)
  for (const options of [{ dx: 1, size: 7 }, { dx: 3, dy: 2, size: 7 }, { dx: 1, dy: 6, size: 9, depth: 'int32' }, { dx: 1, size: 21, depth: 'int32', scale: 2 ** -20 }]) {
    await check(t, image, 'sobel', options, sobel(image, options))
  }
  for (const options of [{ size: 7 }, { size: 7, scale: 1 / 64, depth: 'float32' }, { size: 15, depth: 'int32', scale: 2 ** -12 }]) {
    await check(t, image, 'laplacian', options, laplacian(image, options))
  }
})

test('a chain equals its steps', async (t) => {
  const image = noise(90, 70, 3, 'uint8', 5)
  const region = { left: 11, top: 3, width: 60, height: 50 }
  const chain = imageOf(image)
    .sobel({ dx: 1 })
    .crop(region)
    .laplacian({ border: 'wrap', depth: 'int32' })
    .scharr({ dy: 1, border: 'replicate', depth: 'int16', scale: 0.25 })
    .gradientMagnitude()
  let expected = laplacian(cut(sobel(image, { dx: 1 }), region), { border: 'wrap', depth: 'int32' })
  expected = scharr(expected, { dy: 1, border: 'replicate', depth: 'int16', scale: 0.25 })
  same(t, (await pixelsOf(chain)).data, gradientMagnitude(expected).data)
})

test('options that are undefined are as good as absent', async (t) => {
  const image = row(Uint8Array.of(0, 10, 20, 40))
  const absent = { dy: undefined, size: undefined, scale: undefined, offset: undefined, depth: undefined, border: undefined }
  await check(t, image, 'sobel', { dx: 1, ...absent }, sobel(image, { dx: 1 }))
  await check(t, image, 'gradientMagnitude', { operator: 'scharr', size: undefined }, gradientMagnitude(image, { operator: 'scharr' }))
})

const odd = 'an odd integer from 1 to 31'

function sharedRefusals(valid) {
  return [
    [{ ...valid, scale: NaN }, 'expected a finite number for scale but received NaN'],
    [{ ...valid, scale: '1' }, "expected a finite number for scale but received '1'"],
    ...depthRefusals(valid),
    ...borderRefusals(valid),
  ]
}

testRefusals('sobel', [
  [undefined, 'expected an object for sobel options but received undefined'],
  [{}, 'expected an order above 0 for dx or dy but received 0'],
  [{ dx: 0, dy: 0, size: 5 }, 'expected an order above 0 for dx or dy but received 0'],
  [{ dx: -1 }, 'expected an integer from 0 to 2 for dx but received -1'],
  [{ dx: 3 }, 'expected an integer from 0 to 2 for dx but received 3'],
  [{ dy: 5, size: 5 }, 'expected an integer from 0 to 4 for dy but received 5'],
  [{ dy: 3, size: 1 }, 'expected an integer from 0 to 2 for dy but received 3'],
  [{ dx: 0.5 }, 'expected an integer from 0 to 2 for dx but received 0.5'],
  [{ dx: '1' }, "expected an integer from 0 to 2 for dx but received '1'"],
  [{ dx: 1, size: 4 }, `expected ${odd} for size but received 4`],
  [{ dx: 1, size: 33 }, `expected ${odd} for size but received 33`],
  [{ dx: 1, size: -1 }, `expected ${odd} for size but received -1`],
  [{ dx: 1, size: { x: 3, y: 3 } }, `expected ${odd} for size but received { x: 3, y: 3 }`],
  [{ dx: 1, offset: Infinity }, 'expected a finite number for offset but received Infinity'],
  [{ dx: 1, ksize: 3 }, 'expected only dx, dy, size, offset, scale, depth, border in sobel options but received ksize'],
  ...sharedRefusals({ dx: 1 }),
])

const order = '{ dx: 1, dy: 0 } or { dx: 0, dy: 1 } for the order'

testRefusals('scharr', [
  [undefined, 'expected an object for scharr options but received undefined'],
  [{}, `expected ${order} but received { dx: 0, dy: 0 }`],
  [{ dx: 1, dy: 1 }, `expected ${order} but received { dx: 1, dy: 1 }`],
  [{ dx: 2 }, 'expected an integer from 0 to 1 for dx but received 2'],
  [{ dy: true }, 'expected an integer from 0 to 1 for dy but received true'],
  [{ dx: 1, offset: null }, 'expected a finite number for offset but received null'],
  [{ dx: 1, size: 3 }, 'expected only dx, dy, offset, scale, depth, border in scharr options but received size'],
  ...sharedRefusals({ dx: 1 }),
])

testRefusals('laplacian', [
  [null, 'expected an object for laplacian options but received null'],
  [{ size: 2 }, `expected ${odd} for size but received 2`],
  [{ size: 33 }, `expected ${odd} for size but received 33`],
  [{ offset: '1' }, "expected a finite number for offset but received '1'"],
  [{ dx: 1 }, 'expected only size, offset, scale, depth, border in laplacian options but received dx'],
  ...sharedRefusals({}),
])

testRefusals('gradientMagnitude', [
  [3, 'expected an object for gradientMagnitude options but received 3'],
  [{ operator: 'prewitt' }, "expected 'sobel' or 'scharr' for operator but received 'prewitt'"],
  [{ operator: 'scharr', size: 3 }, "expected operator 'sobel' for size but received 'scharr'"],
  [{ size: 0 }, `expected ${odd} for size but received 0`],
  [{ offset: 1 }, 'expected only operator, size, scale, depth, border in gradientMagnitude options but received offset'],
  ...sharedRefusals({}),
])
