import test from 'ava'
import { fromBuffer, openRaw } from 'gigapx'

import { folder, large, sparseLarge } from './helpers/files.mjs'
import { cut, noise, same, samples } from './helpers/pixels.mjs'

test('a crop is a region of the whole', async (t) => {
  for (const depth of ['uint8', 'uint16', 'float32']) {
    const image = noise(120, 80, 3, depth)
    const blurred = fromBuffer(image.data, { width: 120, height: 80, channels: 3 }).gaussianBlur({ sigma: 2 })
    const whole = { ...image, data: samples(await blurred.toBuffer(), depth) }
    for (const region of [
      { left: 0, top: 0, width: 120, height: 80 },
      { left: 0, top: 0, width: 1, height: 1 },
      { left: 119, top: 79, width: 1, height: 1 },
      { left: 17, top: 9, width: 50, height: 41 },
    ]) {
      const crop = blurred.crop(region)
      t.like(crop, { width: region.width, height: region.height, channels: 3, depth })
      same(t, samples(await crop.toBuffer(), depth), cut(whole, region).data, JSON.stringify(region))
    }
  }
})

test('a crop of a crop counts from the first', async (t) => {
  const image = noise(30, 20)
  const crop = fromBuffer(image.data, { width: 30, height: 20 })
    .crop({ left: 5, top: 4, width: 20, height: 10 })
    .crop({ left: 3, top: 2, width: 4, height: 5 })
  same(t, await crop.toBuffer(), cut(image, { left: 8, top: 6, width: 4, height: 5 }).data)
})

test('only what is asked for is computed', async (t) => {
  const image = (await openRaw(sparseLarge(folder(t)), large)).gaussianBlur({ sigma: 8 })
  const progress = []
  await image
    .crop({ left: 9_000, top: 7_000, width: 256, height: 128 })
    .toBuffer({ onProgress: (event) => progress.push(event) })
  t.deepEqual(progress.at(-1), { done: 256 * 128, total: 256 * 128, fraction: 1 })
})
