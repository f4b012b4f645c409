import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import test from 'ava'
import { fromBuffer, GigapxError, open, openRaw } from 'gigapx'
import sharp from 'sharp'

import { fileSystem, folder, sparse } from './helpers/files.mjs'
import { bytes, noise, same, samples } from './helpers/pixels.mjs'

const TIFF = { raw: { depth: 'ushort' } }

test('raw and TIFF of every depth come back as they were', async (t) => {
  const directory = folder(t)
  for (const depth of ['uint8', 'uint16', 'int16', 'int32', 'float32']) {
    for (const channels of [1, 3, 5]) {
      const { width, height, data } = noise(75, 50, channels, depth)
      const image = fromBuffer(data, { width, height, channels })
      const raw = path.join(directory, `${depth}.raw`)
      t.is(await image.toFile(raw), undefined)
      t.true(fs.readFileSync(raw).equals(bytes(data)))
      for (const options of [{}, { tileSize: 16 }, { tileSize: { x: 48, y: 32 }, bigTiff: true }, { bigTiff: false, sync: false }]) {
        const file = path.join(directory, 'out.tif')
        await image.toFile(file, options)
        const back = await open(file)
        t.like(back, { width, height, channels, depth })
        same(t, samples(await back.toBuffer(), depth), data, JSON.stringify([depth, channels, options]))
      }
    }
  }
  t.deepEqual(fs.readdirSync(directory).toSorted(), ['float32.raw', 'int16.raw', 'int32.raw', 'out.tif', 'uint16.raw', 'uint8.raw'])
})

test('another reader finds the same pixels in a TIFF', async (t) => {
  // libvips would remember what was under the name before.
  sharp.cache(false)
  const file = path.join(folder(t), 'out.tif')
  for (const [channels, depth] of [[1, 'uint8'], [3, 'uint8'], [4, 'uint8'], [1, 'uint16'], [3, 'uint16']]) {
    const { width, height, data } = noise(301, 157, channels, depth)
    for (const options of [{}, { tileSize: 64 }, { bigTiff: true }]) {
      await fromBuffer(data, { width, height, channels }).toFile(file, options)
      const space = depth === 'uint16' ? (channels === 1 ? 'grey16' : 'rgb16') : channels === 1 ? 'b-w' : 'srgb'
      const reader = sharp(file).toColourspace(space)
      const read = await (depth === 'uint16' ? reader.raw(TIFF.raw) : reader.raw()).toBuffer()
      same(t, samples(read, depth), data, JSON.stringify([channels, depth, options]))
    }
  }
})

test('the format is that of the extension, or what is asked for', async (t) => {
  const directory = folder(t)
  const image = fromBuffer(new Uint8Array(4), { width: 2, height: 2 })
  const format = async (name, options) => {
    await image.toFile(path.join(directory, name), options)
    return (await open(path.join(directory, name))).metadata().format
  }
  t.is(await format('a.tif'), 'tiff')
  t.is(await format('a.TIFF'), 'tiff')
  t.is(await format('a.btf'), 'bigtiff')
  t.is(await format('a.ome.tf8'), 'bigtiff')
  t.is(await format('a.btf', { bigTiff: false }), 'tiff')
  t.is(await format('a.bin', { format: 'tiff' }), 'tiff')
  await image.toFile(path.join(directory, 'b.tif'), { format: 'raw' })
  t.is(fs.statSync(path.join(directory, 'b.tif')).size, 4)
})

test('formats to come are refused', (t) => {
  const image = fromBuffer(new Uint8Array(4), { width: 2, height: 2 })
  const unsupported = { instanceOf: GigapxError, code: 'ERR_UNSUPPORTED' }
  t.throws(() => image.toFile('a.avif'), unsupported)
  t.throws(() => image.toFile('a.raw', { format: 'jxl' }), unsupported)
  t.throws(() => image.toFile('a.xyz'), { code: 'ERR_INVALID_ARGUMENT' })
})

test('the target is replaced whole, also when the image is computed from it', async (t) => {
  const file = path.join(folder(t), 'image.raw')
  const { width, height, data } = noise(500, 400)
  fs.writeFileSync(file, data)
  const image = await openRaw(file, { width, height })
  const expected = await image.gaussianBlur({ sigma: 3 }).toBuffer()
  await image.gaussianBlur({ sigma: 3 }).toFile(file)
  same(t, fs.readFileSync(file), expected)
})

test('a target that cannot be created is an error', async (t) => {
  const directory = folder(t)
  const image = fromBuffer(new Uint8Array(4), { width: 2, height: 2 })
  const target = path.join(directory, 'none', 'out.raw')
  const error = await t.throwsAsync(image.toFile(target), { instanceOf: GigapxError, code: 'ERR_IO' })
  t.like(error, { errno: -2, syscall: 'open' })
  t.true(error.path.startsWith(path.join(directory, 'none')))
  t.true(error.stack.includes('to-file.spec.mjs'))
  fs.mkdirSync(path.join(directory, 'taken.raw'))
  await t.throwsAsync(image.toFile(path.join(directory, 'taken.raw')), { code: 'ERR_IO' })
  t.deepEqual(fs.readdirSync(directory), ['taken.raw'])
})

test('a source that changes while it is read is an error', async (t) => {
  const directory = folder(t)
  const file = sparse(path.join(directory, 'in.raw'), 6_000 * 4_000)
  const image = (await openRaw(file, { width: 6_000, height: 4_000 })).gaussianBlur({ sigma: 20 })
  let changed = false
  const onProgress = () => {
    if (!changed) {
      changed = true
      fs.appendFileSync(file, 'x')
    }
  }
  const error = await t.throwsAsync(image.toFile(path.join(directory, 'out.tif'), { onProgress }), {
    code: 'ERR_SOURCE_CHANGED',
  })
  t.is(error.path, file)
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
})

test('a full disk is an error that leaves nothing behind', async (t) => {
  const disk = fileSystem(t, 'size=4m')
  if (disk === undefined) {
    t.pass('no small file system can be mounted here')
    return
  }
  const { width, height, data } = noise(4_000, 2_000)
  const image = fromBuffer(data, { width, height })
  for (const [name, options] of [
    ['out.raw', {}],
    ['out.tif', {}],
    ['out.tif', { compression: 'deflate', level: 1 }],
    ['out.tif', { compression: 'zstd', pyramid: 'cog' }],
    ['out.dzi', { tileFormat: 'png' }],
    ['out.szi', { tileFormat: 'png' }],
  ]) {
    const error = await t.throwsAsync(image.toFile(path.join(disk, name), options), { code: 'ERR_NO_SPACE' })
    t.true(error.path.startsWith(disk))
    t.is(typeof error.syscall, 'string')
    t.deepEqual(fs.readdirSync(disk), [])
  }
})

test('a file system that cannot be written is an error', async (t) => {
  const disk = fileSystem(t, 'size=4m,ro')
  if (disk === undefined) {
    t.pass('no read-only file system can be mounted here')
    return
  }
  const image = fromBuffer(new Uint8Array(64), { width: 8, height: 8 })
  for (const [name, options] of [['out.raw', {}], ['out.tif', {}], ['out.tif', { compression: 'zstd', pyramid: 'cog' }]]) {
    const error = await t.throwsAsync(image.toFile(path.join(disk, name), options), { instanceOf: GigapxError, code: 'ERR_IO' })
    t.like(error, { errno: -os.constants.errno.EROFS, syscall: 'open' })
  }
})
