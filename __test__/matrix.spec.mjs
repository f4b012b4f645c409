import path from 'node:path'

import test from 'ava'
import { GigapxError, open, openRaw } from 'gigapx'

import { depths, writtenFormats } from '../scripts/formats/table.mjs'
import { folder } from './helpers/files.mjs'
import { imageOf, pixelsOf } from './helpers/filtering.mjs'
import { noise, same } from './helpers/pixels.mjs'

const [WIDTH, HEIGHT] = [83, 61]
const CHANNELS = [1, 2, 3, 4, 5]

for (const { name, extensions, access, isLossy, takes } of writtenFormats) {
  test(`${name}: what the manual's table says, and no more`, async (t) => {
    const directory = folder(t)
    for (const depth of depths) {
      for (const channels of CHANNELS) {
        const pixels = noise(WIDTH, HEIGHT, channels, depth)
        const image = imageOf(pixels)
        for (const extension of extensions) {
          const file = path.join(directory, `${depth}-${channels}${extension}`)
          if (!takes(depth, channels)) {
            t.throws(() => image.toFile(file), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT' }, file)
            t.throws(() => image.encode(name), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT' }, file)
            continue
          }
          // oxlint-disable-next-line no-await-in-loop -- file by file
          await image.toFile(file, { sync: false })
          // oxlint-disable-next-line no-await-in-loop
          const read = await (name === 'raw' ? openRaw(file, { width: WIDTH, height: HEIGHT, channels, depth }) : open(file))
          const { width, height } = read
          t.deepEqual([width, height, read.channels, read.depth], [WIDTH, HEIGHT, channels, depth], file)
          t.is(read.metadata().access, access, file)
          if (!isLossy) {
            // oxlint-disable-next-line no-await-in-loop
            same(t, (await pixelsOf(read)).data, pixels.data, file)
          }
        }
      }
    }
  })
}
