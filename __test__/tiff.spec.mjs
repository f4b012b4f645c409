import path from 'node:path'

import test from 'ava'
import { fromBuffer, GigapxError, open, write } from 'gigapx'
import sharp from 'sharp'

import { folder } from './helpers/files.mjs'
import { noise, same, samples } from './helpers/pixels.mjs'

/** Smooth pixels: what codecs of pictures are made for. */
function smooth(width, height, channels) {
  const data = new Uint8Array(width * height * channels)
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / channels)
    data[i] = 128 + 100 * Math.sin((pixel % width) / 40 + i % channels) * Math.cos(Math.floor(pixel / width) / 30)
  }
  return { width, height, channels, data }
}

/** The samples of a page as libvips reads them. */
async function read(file, options, channels, depth = 'uint8') {
  // libvips would remember what was under the name before.
  sharp.cache(false)
  const space = depth === 'uint16' ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb'
  const reader = sharp(file, options).toColourspace(space)
  const bytes = await (depth === 'uint16' ? reader.raw({ depth: 'ushort' }) : reader.raw()).toBuffer()
  return samples(bytes, depth)
}

/** Half of an image: means of four, ties to even. */
function half({ width, height, channels, data }) {
  const out = { width: Math.ceil(width / 2), height: Math.ceil(height / 2), channels }
  out.data = new data.constructor(out.width * out.height * channels)
  const at = (x, y, c) => data[(Math.min(y, height - 1) * width + Math.min(x, width - 1)) * channels + c]
  for (let i = 0; i < out.data.length; i++) {
    const [c, pixel] = [i % channels, Math.floor(i / channels)]
    const [x, y] = [2 * (pixel % out.width), 2 * Math.floor(pixel / out.width)]
    const sum = at(x, y, c) + at(x + 1, y, c) + at(x, y + 1, c) + at(x + 1, y + 1, c)
    const floor = Math.floor(sum / 4)
    out.data[i] = sum % 4 === 2 ? floor + (floor % 2) : Math.round(sum / 4)
  }
  return out
}

/** Zstd is not among what this build of libvips reads. */
const LOSSLESS = [
  { compression: 'lzw' },
  { compression: 'lzw', predictor: false },
  { compression: 'deflate' },
  { compression: 'deflate', level: 12, predictor: false },
  { compression: 'deflate', level: 1, rowsPerStrip: 33 },
]

test('another reader finds the same pixels in what is packed', async (t) => {
  const file = path.join(folder(t), 'out.tif')
  for (const [channels, depth] of [[1, 'uint8'], [3, 'uint8'], [4, 'uint8'], [1, 'uint16'], [3, 'uint16']]) {
    const { width, height, data } = noise(301, 157, channels, depth)
    const image = fromBuffer(data, { width, height, channels })
    const pictures = depth === 'uint8' && channels > 1 ? [{ compression: 'webp' }] : []
    for (const options of [...LOSSLESS, ...pictures]) {
      for (const tiles of [{}, { tileSize: 64 }, { bigTiff: true }]) {
        if (options.rowsPerStrip === undefined || tiles.tileSize === undefined) {
          await image.toFile(file, { ...options, ...tiles })
          same(t, await read(file, {}, channels, depth), data, JSON.stringify([channels, depth, options, tiles]))
        }
      }
    }
  }
})

test('what loses something loses little', async (t) => {
  const file = path.join(folder(t), 'out.tif')
  for (const [channels, options] of [
    [1, { compression: 'jpeg' }],
    [3, { compression: 'jpeg' }],
    [3, { compression: 'jpeg', quality: 95, chromaSubsampling: '4:4:4', rowsPerStrip: 32 }],
    [3, { compression: 'webp', quality: 90 }],
    [4, { compression: 'webp', quality: 90 }],
  ]) {
    const { width, height, data } = smooth(301, 157, channels)
    await fromBuffer(data, { width, height, channels }).toFile(file, { tileSize: options.rowsPerStrip && undefined, ...options })
    const back = await read(file, {}, channels)
    t.is(back.length, data.length)
    const off = back.reduce((sum, sample, i) => sum + Math.abs(sample - data[i]), 0) / data.length
    t.true(off < 3, `${JSON.stringify(options)}: off by ${off} on average`)
  }
})

test('smaller copies lie where each layout has them', async (t) => {
  const file = path.join(folder(t), 'out.tif')
  for (const [channels, depth] of [[3, 'uint8'], [1, 'uint16']]) {
    const { width, height, data } = noise(501, 257, channels, depth)
    const image = fromBuffer(data, { width, height, channels })
    for (const compression of ['none', 'lzw', 'deflate']) {
      for (const pyramid of ['chain', 'cog', 'ome']) {
        await image.toFile(file, { compression, pyramid, tileSize: 64, threads: 2 })
        let level = { width, height, channels, data }
        for (let i = 0; i <= 3; i++, level = half(level)) {
          const options = pyramid === 'ome' ? { subifd: i - 1 } : { page: i }
          same(t, await read(file, options, channels, depth), level.data, JSON.stringify([compression, pyramid, i]))
        }
        await t.throwsAsync(read(file, pyramid === 'ome' ? { subifd: 3 } : { page: 4 }, channels, depth))
      }
    }
  }
})

test('several results are packed in one pass', async (t) => {
  const directory = folder(t)
  const { width, height, data } = noise(200, 100, 3)
  const image = fromBuffer(data, { width, height, channels: 3 })
  const [one, other] = [path.join(directory, 'one.tif'), path.join(directory, 'other.tif')]
  await write([[image, one, { compression: 'deflate', pyramid: 'cog' }], [image.flip(), other, { compression: 'lzw' }]])
  same(t, await read(one, {}, 3), data)
  same(t, await read(other, {}, 3), await image.flip().toBuffer())
})

test('the kind of TIFF is chosen by what the file could need', async (t) => {
  const file = path.join(folder(t), 'out.tif')
  const image = fromBuffer(new Uint8Array(64), { width: 8, height: 8 })
  const head = async (options) => {
    await image.toFile(file, options)
    return (await open(file)).metadata().format
  }
  t.is(await head({ rowsPerStrip: 3 }), 'tiff')
  t.is(await head({ pyramid: 'cog' }), 'tiff')
  t.is(await head({ pyramid: 'ome', bigTiff: true }), 'bigtiff')
})

test('options that do not fit are refused at the call', (t) => {
  const image = fromBuffer(new Uint8Array(12), { width: 2, height: 2, channels: 3 })
  const gray = fromBuffer(new Uint16Array(4), { width: 2, height: 2 })
  for (const [options, named] of [
    [{ compression: 'rar' }, /compression/],
    [{ compression: 'deflate', level: 13 }, /level/],
    [{ compression: 'zstd', level: 0 }, /level/],
    [{ compression: 'zstd', level: 1.5 }, /level/],
    [{ compression: 'lzw', level: 1 }, /'deflate' or 'zstd' for level/],
    [{ quality: 80 }, /'jpeg' or 'webp' for quality/],
    [{ compression: 'jpeg', quality: 101 }, /quality/],
    [{ compression: 'webp', chromaSubsampling: '4:4:4' }, /'jpeg' for chromaSubsampling/],
    [{ compression: 'jpeg', chromaSubsampling: '4:2:2' }, /chromaSubsampling/],
    [{ predictor: true }, /predictor/],
    [{ compression: 'lzw', predictor: 2 }, /predictor/],
    [{ rowsPerStrip: 0 }, /rowsPerStrip/],
    [{ rowsPerStrip: 8, tileSize: 16 }, /tileSize/],
    [{ rowsPerStrip: 8, pyramid: 'cog' }, /pyramid/],
    [{ pyramid: 'zoomify' }, /pyramid/],
    [{ format: 'raw', compression: 'zstd' }, /compression/],
    [{ format: 'raw', pyramid: 'cog' }, /pyramid/],
  ]) {
    const error = t.throws(() => image.toFile('a.tif', options), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT' }, JSON.stringify(options))
    t.regex(error.message, named)
  }
  for (const compression of ['jpeg', 'webp']) {
    t.throws(() => gray.toFile('a.tif', { compression }), { code: 'ERR_INVALID_ARGUMENT', message: /uint8/ })
  }
})
