import test from 'ava'

import { borderRefusals, check, checkInvariance, imageOf, pixelsOf, row, testRefusals } from './helpers/filtering.mjs'
import { coarse, cut, noise, same } from './helpers/pixels.mjs'
import { BORDERS, DEPTHS, gaussianBlur, unsharpMask } from './helpers/reference.mjs'

/** Compares with the definition: over the blur's definition where there is one, else over our own blur. */
async function compare(t, image, { amount, threshold, ...blur }) {
  const fixed = image.depth === 'uint8' || image.depth === 'uint16'
  const blurred = fixed ? gaussianBlur(image, blur) : await pixelsOf(imageOf(image).gaussianBlur(blur))
  await check(t, image, 'unsharpMask', { amount, threshold, ...blur }, unsharpMask(image, blurred, { amount, threshold }))
}

test('by hand', async (t) => {
  // Under 61 134 61 of 256 the edge becomes 0 0 24 76 100 100.
  const edge = row(Uint8Array.of(0, 0, 0, 100, 100, 100))
  const blur = { sigma: 0.8, kernelSize: { x: 3, y: 1 } }
  const sharpened = (options, ...data) => check(t, edge, 'unsharpMask', { ...blur, ...options }, row(Uint8Array.from(data)))
  await sharpened({}, 0, 0, 0, 124, 100, 100)
  await sharpened({ amount: 2.5 }, 0, 0, 0, 160, 100, 100)
  await sharpened({ amount: 7 }, 0, 0, 0, 255, 100, 100)
  await sharpened({ amount: -1 }, 0, 0, 24, 76, 100, 100)
  await sharpened({ amount: 0 }, 0, 0, 0, 100, 100, 100)
  await sharpened({ threshold: 24 }, 0, 0, 0, 124, 100, 100)
  await sharpened({ threshold: 24.5 }, 0, 0, 0, 100, 100, 100)
})

for (const depth of DEPTHS) {
  test(`${depth}: every border and several channels`, async (t) => {
    for (const border of BORDERS) {
      for (const channels of [1, 2, 3, 4, 5]) {
        await compare(t, coarse(37, 23, channels, depth, 7), { sigma: 1.3, amount: 1.5, border })
      }
    }
  })

  test(`${depth}: amounts, thresholds and kernels`, async (t) => {
    const image = coarse(41, 37, 1, depth, 11)
    const range = { uint8: 255, float32: 128 }[depth] ?? 65_535
    for (const amount of [undefined, 0, 0.5, 3, -0.75]) {
      for (const threshold of [undefined, range / 16, range / 3]) {
        await compare(t, image, { sigma: 2, amount, threshold })
      }
    }
    await compare(t, image, { sigma: { x: 3, y: 0.6 } })
    await compare(t, image, { sigma: 1, kernelSize: 3, threshold: 5 })
    await compare(t, image, { sigma: 1, kernelSize: { x: 1, y: 9 } })
  })

  test(`${depth}: images smaller than the kernel`, async (t) => {
    for (const [width, height] of [[1, 1], [1, 40], [40, 1], [2, 3], [5, 2]]) {
      for (const border of BORDERS) {
        await compare(t, coarse(width, height, 3, depth, 3), { sigma: 2.5, kernelSize: 15, border })
      }
    }
  })

  test(`${depth}: neither threads nor tiles nor crops change a byte`, async (t) => {
    const image = imageOf(noise(300, 200, 2, depth, 13))
    await checkInvariance(t, image.unsharpMask({ sigma: 2.2 }).unsharpMask({ sigma: { x: 1, y: 3 }, amount: 0.3 }))
  })
}

test('a chain equals its steps', async (t) => {
  const image = noise(90, 70, 3, 'uint8', 5)
  const region = { left: 11, top: 3, width: 60, height: 50 }
  const [first, second] = [{ sigma: 1.5 }, { sigma: 0.8, amount: 0.5, threshold: 3, border: 'wrap' }]
  const chain = imageOf(image).unsharpMask(first).crop(region).unsharpMask(second)
  const step = cut(unsharpMask(image, gaussianBlur(image, first), first), region)
  same(t, (await pixelsOf(chain)).data, unsharpMask(step, gaussianBlur(step, second), second).data)
})

testRefusals('unsharpMask', [
  [undefined, 'expected an object for unsharpMask options but received undefined'],
  [2, 'expected an object for unsharpMask options but received 2'],
  [{}, 'expected a finite number above 0 for sigma but received undefined'],
  [{ kernelSize: 5 }, 'expected a finite number above 0 for sigma but received undefined'],
  [{ sigma: 0 }, 'expected a finite number above 0 for sigma but received 0'],
  [{ sigma: { x: 1, y: NaN } }, 'expected a finite number above 0 for sigma.y but received NaN'],
  [{ sigma: 1e9 }, /^expected a number that needs at most 32767 taps for sigma but received 1000000000$/],
  [{ sigma: 1, kernelSize: 4 }, 'expected an odd integer from 1 to 32767 for kernelSize but received 4'],
  [{ sigma: 1, kernelSize: { x: 3, y: 0 } }, 'expected an odd integer from 1 to 32767 for kernelSize.y but received 0'],
  [{ sigma: 1, amount: Infinity }, 'expected a finite number for amount but received Infinity'],
  [{ sigma: 1, amount: '1' }, "expected a finite number for amount but received '1'"],
  [{ sigma: 1, threshold: -1 }, 'expected a finite number of 0 or more for threshold but received -1'],
  [{ sigma: 1, threshold: NaN }, 'expected a finite number of 0 or more for threshold but received NaN'],
  [{ sigma: 1, depth: 'int16' }, 'expected only sigma, kernelSize, amount, threshold, border in unsharpMask options but received depth'],
  ...borderRefusals({ sigma: 1 }),
])
