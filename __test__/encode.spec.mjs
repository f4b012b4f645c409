import { Buffer } from 'node:buffer'
import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { fromBuffer, GigapxError, memoryLimit, openRaw, write } from 'gigapx'
import sharp from 'sharp'

import { cli } from './helpers/child.mjs'
import { folder, sparse } from './helpers/files.mjs'
import { noise, same, samples } from './helpers/pixels.mjs'

/** The samples that libvips finds. */
async function read(bytes, channels, depth = 'uint8') {
  sharp.cache(false)
  const [grey, colour] = depth === 'uint16' ? ['grey16', 'rgb16'] : ['b-w', 'srgb']
  const reader = sharp(bytes, { limitInputPixels: false }).toColourspace(channels === 1 ? grey : colour)
  const { data, info } = await (depth === 'uint16' ? reader.raw({ depth: 'ushort' }) : reader.raw()).toBuffer({ resolveWithObject: true })
  const found = samples(data, depth)
  // As grey it would lose the alpha channel.
  return channels === 2
    ? { data: found.filter((_, i) => i % 4 === 0 || i % 4 === 3), channels: info.channels - 2 }
    : { data: found, channels: info.channels }
}

const image = ({ width, height, channels, data }) => fromBuffer(data, { width, height, channels })

test('another reader finds the same pixels in a PNG', async (t) => {
  for (const depth of ['uint8', 'uint16']) {
    for (const channels of [1, 2, 3, 4]) {
      for (const [width, height] of [[301, 157], [1, 1], [3, 4000], [5000, 40]]) {
        const pixels = noise(width, height, channels, depth)
        for (const level of [1, 6, 9]) {
          const bytes = await image(pixels).encode('png', { level })
          const found = await read(bytes, channels, depth)
          t.is(found.channels, channels)
          same(t, found.data, pixels.data, JSON.stringify([width, height, channels, depth, level]))
        }
      }
    }
  }
})

test('another reader finds the same pixels in a WebP and a PPM', async (t) => {
  for (const channels of [3, 4]) {
    const pixels = noise(301, 157, channels)
    same(t, (await read(await image(pixels).encode('webp'), channels)).data, pixels.data)
  }
  const pixels = noise(301, 157, 3)
  const file = path.join(folder(t), 'a.ppm')
  await image(pixels).toFile(file)
  const header = `P6\n301 157\n255\n`
  const bytes = fs.readFileSync(file)
  t.is(bytes.subarray(0, header.length).toString(), header)
  same(t, new Uint8Array(bytes.subarray(header.length)), pixels.data)
})

test('another reader finds nearly the same pixels in what loses something', async (t) => {
  const [width, height] = [701, 457]
  for (const [format, channels, options] of [
    ['jpeg', 1, {}],
    ['jpeg', 3, {}],
    ['jpeg', 3, { quality: 95, chromaSubsampling: '4:4:4' }],
    ['webp', 3, { quality: 90 }],
    ['webp', 4, { quality: 90 }],
  ]) {
    const data = new Uint8Array(width * height * channels)
    for (let i = 0; i < data.length; i++) {
      const pixel = Math.floor(i / channels)
      data[i] = 128 + 100 * Math.sin((pixel % width) / 40 + (i % channels)) * Math.cos(Math.floor(pixel / width) / 30)
    }
    const found = await read(await fromBuffer(data, { width, height, channels }).encode(format, options), channels)
    t.is(found.data.length, data.length)
    const off = found.data.reduce((sum, sample, i) => sum + Math.abs(sample - data[i]), 0) / data.length
    t.true(off < 3, `${format} ${JSON.stringify(options)}: off by ${off} on average`)
  }
})

test('a Buffer holds what a file would, whatever the threads', async (t) => {
  const directory = folder(t)
  const pixels = noise(900, 2100, 3)
  const blurred = image(pixels).gaussianBlur({ sigma: 2 })
  for (const [format, file, options] of [
    ['png', 'a.png', { level: 2 }],
    ['jpeg', 'a.jpeg', { quality: 70 }],
    ['jpeg', 'a.jpg', { chromaSubsampling: '4:4:4' }],
    ['webp', 'a.webp', { quality: 50 }],
    ['pnm', 'a.pnm', {}],
    ['npy', 'a.npy', {}],
    ['raw', 'a.raw', {}],
    ['tiff', 'a.tif', {}],
  ]) {
    const bytes = await blurred.encode(format, { ...options, threads: 2 })
    t.true(Buffer.isBuffer(bytes))
    const target = path.join(directory, file)
    await blurred.toFile(target, { ...options, threads: 1 })
    t.true(bytes.equals(fs.readFileSync(target)), file)
  }
  t.true((await blurred.encode('raw')).equals(await blurred.toBuffer()))
  const floats = blurred.cast('float32')
  const [pfm, npy] = await Promise.all([floats.encode('pfm'), floats.encode('npy')])
  t.is(pfm.length % 4, 0)
  t.true(npy.includes("'descr': '<f4', 'fortran_order': False, 'shape': (2100, 900, 3)"))
})

test('several formats in one pass', async (t) => {
  const directory = folder(t)
  const pixels = noise(700, 500, 3)
  const [png, jpg, tif] = ['a.png', 'a.jpg', 'a.tif'].map((name) => path.join(directory, name))
  const source = image(pixels)
  await write([[source, png], [source, jpg], [source.flip(), tif]])
  same(t, (await read(png, 3)).data, pixels.data)
  t.true(fs.readFileSync(jpg).equals(await source.encode('jpeg')))
})

test('what is too large for a format is refused', async (t) => {
  const wide = fromBuffer(new Uint8Array(3 * 70_000), { width: 70_000, height: 1, channels: 3 })
  for (const format of ['jpeg', 'webp']) {
    const error = await t.throwsAsync(wide.encode(format), { instanceOf: GigapxError, code: 'ERR_UNSUPPORTED' })
    t.regex(error.message, /70000 x 1 pixels are too many/)
  }
})

test.serial('a giant PNG is written within the memory limit', async (t) => {
  const directory = folder(t)
  const [width, height] = [60_000, 5000]
  const source = await openRaw(sparse(path.join(directory, 'in.raw'), width * height), { width, height })
  const before = memoryLimit()
  memoryLimit(64 * 2 ** 20)
  t.teardown(() => memoryLimit(before))
  const file = path.join(directory, 'out.png')
  await source.toFile(file)
  const metadata = await sharp(file, { limitInputPixels: false }).metadata()
  t.like(metadata, { format: 'png', width, height })
})

test('an abort leaves no file', async (t) => {
  const directory = folder(t)
  const size = { width: 20_000, height: 20_000 }
  const large = (await openRaw(sparse(path.join(folder(t), 'in.raw'), size.width * size.height), size)).gaussianBlur({ sigma: 20 })
  for (const name of ['a.png', 'a.jpg', 'a.npy']) {
    const controller = new AbortController()
    const { signal } = controller
    const running = large.toFile(path.join(directory, name), { signal, onProgress: () => controller.abort() })
    t.is(await t.throwsAsync(running, { any: true }), signal.reason)
    t.deepEqual(fs.readdirSync(directory), [])
  }
  // One that is coded at the end.
  const controller = new AbortController()
  const running = image(noise(1000, 1000, 3)).toFile(path.join(directory, 'a.webp'), { signal: controller.signal })
  controller.abort()
  t.is(await t.throwsAsync(running, { any: true }), controller.signal.reason)
  t.deepEqual(fs.readdirSync(directory), [])
})

test('the command line writes them too', async (t) => {
  const directory = folder(t)
  const raw = path.join(directory, 'in.raw')
  const pixels = noise(60, 40, 3)
  fs.writeFileSync(raw, pixels.data)
  const out = path.join(directory, 'out.png')
  const { code, stderr } = await cli(['run', raw, out, '--raw', '60x40x3', '--level', '1', '--json'])
  t.is(code, 0, stderr)
  same(t, (await read(out, 3)).data, pixels.data)
})
