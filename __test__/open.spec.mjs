import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

import test from 'ava'
import { fromBuffer, GigapxError, memoryLimit, open, openRaw } from 'gigapx'
import sharp from 'sharp'

import { folder, large, sparseLarge } from './helpers/files.mjs'
import { bytes, noise, same, samples } from './helpers/pixels.mjs'

test('a file of bare pixels is opened with offset and row stride', async (t) => {
  const file = path.join(folder(t), 'in.raw')
  for (const depth of ['uint8', 'uint16', 'int16', 'int32', 'float32']) {
    const { width, height, channels, data } = noise(7, 5, 3, depth)
    const row = width * channels * data.BYTES_PER_ELEMENT
    const [offset, rowStride] = [24, row + 8]
    const content = Buffer.alloc(offset + height * rowStride - 8, 0xaa)
    for (let y = 0; y < height; y++) {
      bytes(data).copy(content, offset + y * rowStride, y * row, (y + 1) * row)
    }
    fs.writeFileSync(file, content)
    for (const access of ['auto', 'mmap', 'pread']) {
      const image = await openRaw(file, { width, height, channels, depth, offset, rowStride }, { access })
      t.like(image, { width, height, channels, depth })
      same(t, samples(await image.toBuffer(), depth), data, `${depth} ${access}`)
    }
  }
})

test('a path may be a URL', async (t) => {
  const file = path.join(folder(t), 'with space.raw')
  fs.writeFileSync(file, Buffer.from([1, 2, 3, 4]))
  const image = await openRaw(pathToFileURL(file), { width: 2, height: 2 })
  t.deepEqual([...(await image.toBuffer())], [1, 2, 3, 4])
  await image.toFile(pathToFileURL(`${file}.tif`))
  t.is((await open(pathToFileURL(`${file}.tif`))).width, 2)
})

test('a gigapixel file is opened without reading it', async (t) => {
  const image = await openRaw(sparseLarge(folder(t)), large)
  const corner = image.crop({ left: large.width - 2, top: large.height - 2, width: 2, height: 2 })
  t.deepEqual([...(await corner.toBuffer())], [0, 0, 0, 0])
})

test('TIFF of another writer is read, in strips and in tiles', async (t) => {
  const directory = folder(t)
  for (const [channels, depth] of [[1, 'uint8'], [3, 'uint8'], [3, 'uint16']]) {
    const { width, height, data } = noise(301, 157, channels, depth)
    // What libvips takes for 16 bits without a colour space is grey16 or rgb16, and keeps so.
    const options = { raw: { width, height, channels } }
    for (const layout of [{}, { tile: true, tileWidth: 64, tileHeight: 32 }, { bigtiff: true }]) {
      const file = path.join(directory, 'in.tif')
      await sharp(data, options)
        .toColourspace(depth === 'uint16' ? 'rgb16' : channels === 1 ? 'b-w' : 'srgb')
        .tiff({ compression: 'none', predictor: 'none', ...layout })
        .toFile(file)
      const image = await open(file)
      t.like(image, { width, height, channels, depth })
      t.is(image.metadata().format, layout.bigtiff ? 'bigtiff' : 'tiff')
      t.is(image.metadata().tileWidth, layout.tileWidth)
      same(t, samples(await image.toBuffer(), depth), data, JSON.stringify([channels, depth, layout]))
    }
  }
})

test('compressed TIFF of another writer is read', async (t) => {
  const directory = folder(t)
  const { width, height, data } = noise(301, 157, 3, 'uint8')
  const expected = await fromBuffer(data, { width, height, channels: 3 }).gaussianBlur({ sigma: 2 }).toBuffer()
  for (const compression of ['lzw', 'deflate', 'packbits', 'webp']) {
    for (const layout of [{}, { tile: true, tileWidth: 64, tileHeight: 32 }]) {
      for (const predictor of ['none', 'horizontal']) {
        const file = path.join(directory, 'in.tif')
        await sharp(data, { raw: { width, height, channels: 3 } })
          .tiff({ compression, predictor, lossless: true, quality: 100, ...layout })
          .toFile(file)
        const image = await open(file)
        t.is(image.metadata().compression, compression)
        if (compression !== 'webp') {
          same(t, await image.toBuffer(), data, JSON.stringify([compression, layout, predictor]))
          same(t, await image.gaussianBlur({ sigma: 2 }).toBuffer(), expected, compression)
        }
      }
    }
  }
})

test('pages and levels are opened by number', async (t) => {
  const file = path.join(folder(t), 'in.tif')
  const { width, height, data } = noise(300, 200, 3, 'uint8')
  await sharp(data, { raw: { width, height, channels: 3 } })
    .tiff({ compression: 'deflate', tile: true, tileWidth: 64, tileHeight: 64, pyramid: true })
    .toFile(file)
  const image = await open(file)
  const { levels, pages } = image.metadata()
  t.is(pages, 1)
  t.deepEqual(levels.slice(0, 2), [{ width: 300, height: 200 }, { width: 150, height: 100 }])
  for (const [level, size] of levels.entries()) {
    const smaller = await open(file, { level })
    t.like(smaller, size)
    t.is((await smaller.toBuffer()).length, size.width * size.height * 3)
  }
  for (const wrong of [{ page: 1 }, { level: levels.length }]) {
    await t.throwsAsync(open(file, wrong), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT' })
  }
  for (const wrong of [{ page: -1 }, { level: 0.5 }, { level: '1' }, { leve: 1 }]) {
    t.throws(() => open(file, wrong), { code: 'ERR_INVALID_ARGUMENT' }, JSON.stringify(wrong))
  }
})

test('an image compressed as a whole has to fit the memory limit', async (t) => {
  const file = path.join(folder(t), 'in.tif')
  const { width, height, data } = noise(2000, 1000, 3, 'uint8')
  // Huge strips are what sharp cannot write, so a tile as large as the image stands for them.
  await sharp(data, { raw: { width, height, channels: 3 } })
    .tiff({ compression: 'lzw', tile: true, tileWidth: 2000, tileHeight: 1008 })
    .toFile(file)
  const image = await open(file)
  t.is(image.metadata().access, 'whole')
  same(t, await image.toBuffer(), data)
  const limit = memoryLimit()
  t.teardown(() => memoryLimit(limit))
  memoryLimit(4 << 20)
  const error = await t.throwsAsync(image.toBuffer(), { code: 'ERR_MEMORY_LIMIT' })
  t.regex(error.message, /2000 x 1008 pixels.*store it in tiles/)
})

test('metadata tells the container', async (t) => {
  const directory = folder(t)
  const { width, height, data } = noise(40, 30, 3, 'uint16')
  const source = fromBuffer(data, { width, height, channels: 3 })
  t.like(source.metadata(), { format: 'memory', width, height, channels: 3, depth: 'uint16', pages: 1 })
  const file = path.join(directory, 'out.tif')
  await source.toFile(file, { tileSize: { x: 32, y: 16 }, bigTiff: true })
  t.like((await open(file)).metadata(), {
    format: 'bigtiff',
    path: file,
    width,
    height,
    channels: 3,
    depth: 'uint16',
    tileWidth: 32,
    tileHeight: 16,
    compression: 'none',
  })
})

test('a missing file is an error with the call in its stack', async (t) => {
  const file = path.join(folder(t), 'none.tif')
  const error = await t.throwsAsync(open(file), { instanceOf: GigapxError, code: 'ERR_IO' })
  t.like(error, { name: 'GigapxError', errno: -2, syscall: 'open', path: file })
  t.true(error.stack.includes('open.spec.mjs'))
  t.true(error.stack.startsWith('GigapxError: '))
  await t.throwsAsync(openRaw(file, { width: 1, height: 1 }), { code: 'ERR_IO' })
})

test('bad files are told apart', async (t) => {
  const directory = folder(t)
  const write = (name, content) => {
    const file = path.join(directory, name)
    fs.writeFileSync(file, content)
    return file
  }
  const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } }).png().toBuffer()
  const avif = await sharp(png).avif({ effort: 0 }).toBuffer()
  const error = await t.throwsAsync(open(write('a.avif', avif)), { code: 'ERR_UNSUPPORTED' })
  t.regex(error.message, /AVIF/)
  const whole = await sharp(png).tiff({ compression: 'lzw' }).toBuffer()
  const cut = write('a.tif', whole.subarray(0, -1))
  await t.throwsAsync(open(cut), { code: 'ERR_CORRUPT_INPUT' })
  await t.throwsAsync(open(write('b.tif', '')), { code: 'ERR_CORRUPT_INPUT' })
  await t.throwsAsync(open(write('c.tif', 'II*\0\xff\xff\xff\x7f')), { code: 'ERR_CORRUPT_INPUT' })
  await t.throwsAsync(openRaw(write('d.raw', 'abc'), { width: 2, height: 2 }), { code: 'ERR_CORRUPT_INPUT' })
  await t.throwsAsync(open(directory), { code: 'ERR_IO' })
})

test('a closed image is of no more use, but what came from it is', async (t) => {
  const image = fromBuffer(new Uint8Array([1, 2, 3, 4]), { width: 2, height: 2 })
  const derived = image.crop({ left: 1, top: 0, width: 1, height: 2 })
  const running = image.toBuffer()
  await image.close()
  await image.close()
  const closed = { instanceOf: GigapxError, code: 'ERR_CLOSED' }
  t.throws(() => image.metadata(), closed)
  t.throws(() => image.gaussianBlur({ sigma: 1 }), closed)
  t.throws(() => image.crop({ left: 0, top: 0, width: 1, height: 1 }), closed)
  t.throws(() => image.toBuffer(), closed)
  t.throws(() => image.toFile('out.raw'), closed)
  t.throws(() => image.tiles({ width: 1, height: 1 }), closed)
  t.deepEqual([...(await running)], [1, 2, 3, 4])
  t.deepEqual([...(await derived.toBuffer())], [2, 4])
  await derived[Symbol.asyncDispose]()
  t.throws(() => derived.toBuffer(), closed)
})

test('closing lets go of the file, once nothing else needs it', async (t) => {
  if (process.platform !== 'linux') {
    t.pass('how to see a process hold a file is known for Linux only')
    return
  }
  const file = path.join(folder(t), 'in.raw')
  fs.writeFileSync(file, Buffer.alloc(10_000))
  const held = () => fs.readFileSync('/proc/self/maps', 'utf8').includes(file)
  const image = await openRaw(file, { width: 100, height: 100 })
  const derived = image.gaussianBlur({ sigma: 1 })
  t.true(held())
  await image.close()
  t.true(held())
  await derived.close()
  t.false(held())
})
