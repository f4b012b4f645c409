import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { counters, fromBuffer, GigapxError, memoryLimit, open } from 'gigapx'
import sharp from 'sharp'

import { cli } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'
import { noise, same, samples } from './helpers/pixels.mjs'

// Tests that change the memory limit are serial: others would run under it.

/** Opens a file of those bytes. */
function opened(t, name, content, options) {
  const file = path.join(folder(t), name)
  fs.writeFileSync(file, content)
  return open(file, options)
}

test('PNG of another writer is read from the top on, interlaced ones as a whole', async (t) => {
  for (const [channels, depth] of [[1, 'uint8'], [3, 'uint8'], [4, 'uint8'], [3, 'uint16']]) {
    const { width, height, data } = noise(301, 157, channels, depth)
    const space = depth === 'uint16' ? 'rgb16' : channels === 1 ? 'b-w' : 'srgb'
    for (const progressive of [false, true]) {
      const picture = sharp(data, { raw: { width, height, channels } }).toColourspace(space)
      const content = await picture.png({ progressive }).toBuffer()
      for (const access of ['mmap', 'pread']) {
        const image = await opened(t, 'a.png', content, { access })
        t.like(image, { width, height, channels, depth })
        t.like(image.metadata(), { format: 'png', compression: 'deflate', access: progressive ? 'whole' : 'sequential' })
        same(t, samples(await image.toBuffer(), depth), data, `${channels} ${depth} ${progressive}`)
      }
    }
  }
})

test('a filter over a PNG gives what it gives over its pixels', async (t) => {
  const { width, height, channels, data } = noise(1500, 1200, 3, 'uint8')
  const content = await sharp(data, { raw: { width, height, channels } }).png({ compressionLevel: 1 }).toBuffer()
  const image = await opened(t, 'a.png', content)
  const plain = fromBuffer(data, { width, height, channels })
  const of = (it) => it.gaussianBlur({ sigma: 3 }).crop({ left: 100, top: 700, width: 900, height: 400 })
  same(t, await of(image).toBuffer(), await of(plain).toBuffer())
  const tiles = []
  for await (const tile of image.tiles({ width: 512, height: 512 })) {
    tiles.push(tile.top)
  }
  t.is(tiles.length, 9)
  t.is(counters().held, 0)
})

test.serial('a giant PNG goes through little memory', async (t) => {
  const file = path.join(folder(t), 'giant.png')
  const [width, height] = [60_000, 20_000]
  await sharp({ create: { width, height, channels: 3, background: '#505050' }, limitInputPixels: false })
    .toColourspace('b-w')
    .png({ compressionLevel: 1 })
    .toFile(file)
  const limit = memoryLimit()
  t.teardown(() => memoryLimit(limit))
  memoryLimit(64 << 20)
  const image = await open(file)
  t.like(image, { width, height, channels: 1 })
  const { channels } = await image.boxBlur({ size: 5 }).stats()
  t.like(channels[0], { min: 80, max: 80 })
  t.true(counters().peak <= 64 << 20)
})

test('damaged PNG files are told', async (t) => {
  const { width, height, channels, data } = noise(200, 200, 3, 'uint8')
  const content = await sharp(data, { raw: { width, height, channels } }).png().toBuffer()
  const changed = Buffer.from(content)
  changed[content.length >> 1] ^= 1
  for (const broken of [changed, content.subarray(0, -100)]) {
    const image = await opened(t, 'a.png', broken)
    await t.throwsAsync(image.toBuffer(), { instanceOf: GigapxError, code: 'ERR_CORRUPT_INPUT' })
  }
})

test('JPEG is decoded as libvips does, give or take the rounding', async (t) => {
  const width = 320
  const data = Uint8Array.from({ length: width * 200 * 3 }, (_, i) => (i % 3) * 40 + ((i / 3) % width) / 4)
  const picture = sharp(data, { raw: { width, height: 200, channels: 3 } })
  for (const options of [{}, { progressive: true }, { chromaSubsampling: '4:4:4' }]) {
    const content = await picture.clone().jpeg(options).toBuffer()
    const image = await opened(t, 'a.jpg', content)
    t.like(image.metadata(), { format: 'jpeg', access: 'whole', compression: 'jpeg', channels: 3 })
    const expected = await sharp(content).raw().toBuffer()
    const apart = (await image.toBuffer()).reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0)
    t.true(apart <= 4, `${apart}`)
  }
  const grey = await opened(t, 'a.jpg', await picture.clone().toColourspace('b-w').jpeg().toBuffer())
  t.is(grey.channels, 1)
  const cmyk = opened(t, 'a.jpg', await picture.clone().toColourspace('cmyk').jpeg().toBuffer())
  const error = await t.throwsAsync(cmyk, { code: 'ERR_UNSUPPORTED' })
  t.regex(error.message, /grey and colour/)
})

test('WebP and GIF are read as libvips reads them', async (t) => {
  const { width, height, channels, data } = noise(90, 70, 4, 'uint8')
  const picture = sharp(data, { raw: { width, height, channels } })
  const lossless = await opened(t, 'a.webp', await picture.clone().webp({ lossless: true, exact: true }).toBuffer())
  t.like(lossless.metadata(), { format: 'webp', access: 'whole', channels: 4 })
  same(t, await lossless.toBuffer(), data)
  const content = await picture.clone().removeAlpha().gif().toBuffer()
  const gif = await opened(t, 'a.gif', content)
  t.is(gif.metadata().format, 'gif')
  same(t, await gif.toBuffer(), await sharp(content).ensureAlpha().raw().toBuffer())
})

test.serial('images that are decoded as a whole have to fit the memory limit', async (t) => {
  const { width, height, channels, data } = noise(1500, 1000, 3, 'uint8')
  const picture = sharp(data, { raw: { width, height, channels } })
  const limit = memoryLimit()
  t.teardown(() => memoryLimit(limit))
  const whole = [
    ['a.jpg', await picture.clone().jpeg().toBuffer()],
    ['a.webp', await picture.clone().webp({ effort: 0 }).toBuffer()],
    ['a.png', await picture.clone().png({ progressive: true }).toBuffer()],
  ]
  memoryLimit(3 << 20)
  for (const [name, content] of whole) {
    const image = await opened(t, name, content)
    const error = await t.throwsAsync(image.toBuffer(), { code: 'ERR_MEMORY_LIMIT' }, name)
    t.regex(error.message, /1500 x 1000 pixels.*raise the limit.*TIFF/)
  }
})

test('portable maps and NumPy arrays are read at any place', async (t) => {
  const { width, height, data } = noise(41, 23, 3, 'uint16')
  const big = Buffer.from(Uint16Array.from(data).buffer).swap16()
  const pnm = await opened(t, 'a.ppm', Buffer.concat([Buffer.from(`P6\n${width} ${height}\n65535\n`), big]))
  t.like(pnm.metadata(), { format: 'pnm', access: 'random', byteOrder: 'big', depth: 'uint16' })
  same(t, samples(await pnm.toBuffer(), 'uint16'), data)
  const header = `{'descr': '<u2', 'fortran_order': False, 'shape': (${height}, ${width}, 3), }`.padEnd(117)
  const head = Buffer.concat([Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1'), Buffer.from(`${header}\n`)])
  const npy = await opened(t, 'a.npy', Buffer.concat([head, Buffer.from(Uint16Array.from(data).buffer)]))
  t.like(npy.metadata(), { format: 'npy', access: 'random', byteOrder: 'little', channels: 3 })
  same(t, samples(await npy.toBuffer(), 'uint16'), data)
})

test('info tells how an image is read', async (t) => {
  const file = path.join(folder(t), 'a.png')
  await sharp({ create: { width: 9, height: 8, channels: 3, background: 'red' } }).png().toFile(file)
  const { stdout, code } = await cli(['info', file, '--json'])
  t.is(code, 0)
  t.like(JSON.parse(stdout), { format: 'png', width: 9, height: 8, access: 'sequential' })
})
