/** What is written is what is read: every lossless packing of every depth, and each of the smaller copies. */

import path from 'node:path'

import test from 'ava'
import { open } from 'gigapx'

import { folder } from './helpers/files.mjs'
import { imageOf, pixelsOf } from './helpers/filtering.mjs'
import { noise, same } from './helpers/pixels.mjs'
import { DEPTHS } from './helpers/reference.mjs'

const PACKINGS = [
  {},
  { rowsPerStrip: 7 },
  { compression: 'lzw' },
  { compression: 'lzw', predictor: false, rowsPerStrip: 40 },
  { compression: 'deflate', level: 1 },
  { compression: 'deflate', level: 12, predictor: false, bigTiff: true },
  { compression: 'zstd' },
  { compression: 'zstd', level: 19, predictor: false, rowsPerStrip: 1 },
]

for (const depth of DEPTHS) {
  test(`packed ${depth} is read as it was`, async (t) => {
    const directory = folder(t)
    for (const channels of [1, 2, 3, 4, 5]) {
      const pixels = noise(211, 97, channels, depth, 3)
      const image = imageOf(pixels)
      await Promise.all(
        PACKINGS.map(async (packing, i) => {
          const file = path.join(directory, `${channels}-${i}.tif`)
          const layout = packing.rowsPerStrip === undefined ? { tileSize: { x: 64, y: 48 } } : {}
          await image.toFile(file, { sync: false, ...layout, ...packing })
          const again = await open(file)
          const { compression } = again.metadata()
          t.deepEqual([compression, again.depth, again.channels], [packing.compression ?? 'none', depth, channels])
          same(t, (await pixelsOf(again)).data, pixels.data, JSON.stringify([channels, packing]))
          const [blurred, expected] = [again, image].map((one) => one.gaussianBlur({ sigma: 3 }))
          same(t, (await pixelsOf(blurred)).data, (await pixelsOf(expected)).data, JSON.stringify(packing))
        }),
      )
    }
  })
}

test('smaller copies are levels', async (t) => {
  const directory = folder(t)
  const image = imageOf(noise(403, 301, 3, 'uint16', 8))
  const files = ['chain', 'cog', 'ome'].map((pyramid) => [pyramid, path.join(directory, `${pyramid}.tif`)])
  const levels = await Promise.all(
    files.map(async ([pyramid, file]) => {
      await image.toFile(file, { sync: false, compression: 'deflate', pyramid, tileSize: 64 })
      const found = (await open(file)).metadata().levels
      t.deepEqual(found.map(({ width, height }) => [width, height]), [[403, 301], [202, 151], [101, 76], [51, 38]])
      return Promise.all(found.map(async (_, level) => (await pixelsOf(await open(file, { level }))).data))
    }),
  )
  const [chain, ...others] = levels
  same(t, chain[0], (await pixelsOf(image)).data)
  for (const other of others) {
    other.forEach((data, level) => same(t, data, chain[level], `level ${level}`))
  }
})
