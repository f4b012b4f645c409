/** DeepZoom: tiles for web viewers, in a directory and in an archive. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { fromBuffer, GigapxError, open, write } from 'gigapx'
import sharp from 'sharp'

import { cli, script } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'
import { noise, same, samples } from './helpers/pixels.mjs'

/** Files below a directory. */
function files(directory) {
  return fs
    .readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(path.relative(directory, entry.parentPath), entry.name))
    .toSorted()
}

/** What a descriptor says. */
function described(file) {
  const text = fs.readFileSync(file, 'utf8')
  return Object.fromEntries([...text.matchAll(/(Format|Overlap|TileSize|Width|Height)="(\w+)"/g)].map(([, name, value]) => [name, value]))
}

async function decoded(file, depth) {
  const reader = sharp(file)
  const { channels } = await reader.metadata()
  if (depth === 'uint16') {
    const data = await reader.toColourspace(channels > 2 ? 'rgb16' : 'grey16').raw({ depth: 'ushort' }).toBuffer()
    return samples(data, depth)
  }
  return samples(await (channels > 2 ? reader : reader.toColourspace('b-w')).raw().toBuffer(), depth)
}

test('tiles of every level are parts of what a TIFF has as its copies', async (t) => {
  sharp.cache(false)
  const directory = folder(t)
  for (const [channels, depth] of [[1, 'uint8'], [3, 'uint8'], [4, 'uint8'], [3, 'uint16']]) {
    const { width, height, data } = noise(301, 157, channels, depth)
    const image = fromBuffer(data, { width, height, channels })
    for (const decimation of ['mean', 'gaussian']) {
      const tiff = path.join(directory, 'a.tif')
      const zoom = path.join(directory, 'a.dzi')
      const options = { tileFormat: 'png', tileSize: 40, overlap: 2, decimation }
      await write([[image, tiff, { pyramid: 'chain', tileSize: 16, decimation }], [image, zoom, options]])
      t.deepEqual(described(zoom), { Format: 'png', Overlap: '2', TileSize: '40', Width: '301', Height: '157' })
      for (const level of [9, 8, 7, 6]) {
        const copy = await open(tiff, { level: 9 - level })
        for (const [column, row] of [[0, 0], [1, 1], [Math.floor((copy.width - 1) / 40), Math.floor((copy.height - 1) / 40)]]) {
          if (column * 40 >= copy.width || row * 40 >= copy.height) {
            continue
          }
          const [left, top] = [Math.max(0, column * 40 - 2), Math.max(0, row * 40 - 2)]
          const [right, bottom] = [Math.min(copy.width, column * 40 + 42), Math.min(copy.height, row * 40 + 42)]
          const part = await copy.crop({ left, top, width: right - left, height: bottom - top }).toBuffer()
          const tile = path.join(directory, 'a_files', `${level}`, `${column}_${row}.png`)
          same(t, await decoded(tile, depth), samples(part, depth), JSON.stringify([channels, depth, decimation, level, column, row]))
        }
      }
    }
  }
})

test('libvips names and cuts tiles in the same way', async (t) => {
  const directory = folder(t)
  const { width, height, data } = noise(700, 300, 3)
  const theirs = path.join(directory, 'theirs')
  fs.mkdirSync(theirs)
  for (const [name, tileSize, overlap] of [['a', 254, 1], ['b', 128, 0], ['c', 100, 3], ['d', 33, 2]]) {
    await fromBuffer(data, { width, height, channels: 3 }).toFile(path.join(directory, `${name}.dzi`), { tileSize, overlap })
    await sharp(data, { raw: { width, height, channels: 3 } }).tile({ size: tileSize, overlap }).toFile(path.join(theirs, `${name}.dz`))
    const expected = files(theirs).filter((file) => file.startsWith(`${name}_files`) && !file.endsWith('.xml'))
    t.deepEqual(files(directory).filter((file) => file.startsWith(`${name}_files`)), expected)
    t.deepEqual(described(path.join(directory, `${name}.dzi`)), described(path.join(theirs, `${name}.dzi`)))
    for (const file of expected) {
      const [one, other] = await Promise.all([directory, theirs].map((at) => sharp(path.join(at, file)).metadata()))
      t.deepEqual([one.width, one.height, one.format], [other.width, other.height, other.format], file)
    }
  }
})

test('an archive has the files of a directory, and unzip finds them whole', async (t) => {
  const directory = folder(t)
  const { width, height, data } = noise(300, 200, 3)
  const image = fromBuffer(data, { width, height, channels: 3 })
  const at = (name) => path.join(directory, name)
  await image.toFile(at('a.dzi'), { tileFormat: 'webp', quality: 90 })
  await image.toFile(at('b.szi'), { tileFormat: 'webp', quality: 90 })
  await image.toFile(at('b.zip'), { format: 'deepzoom', tileFormat: 'webp', quality: 90 })
  try {
    execFileSync('unzip', ['-q', at('b.szi'), '-d', directory])
    execFileSync('unzip', ['-tq', at('b.zip')])
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error
    }
    t.pass('there is no unzip here')
    return
  }
  const tiles = files(at('a_files'))
  t.deepEqual(files(at('b/b_files')), tiles)
  for (const tile of tiles) {
    t.true(fs.readFileSync(at(`a_files/${tile}`)).equals(fs.readFileSync(at(`b/b_files/${tile}`))), tile)
  }
  t.deepEqual(described(at('b/b.dzi')), described(at('a.dzi')))
})

test('what is there is replaced, but never a directory of other things', async (t) => {
  const directory = folder(t)
  const image = (side) => fromBuffer(new Uint8Array(side * side), { width: side, height: side })
  const target = path.join(directory, 'a.dzi')
  await image(300).toFile(target)
  await image(20).toFile(target, { sync: false })
  t.deepEqual(fs.readdirSync(directory).toSorted(), ['a.dzi', 'a_files'])
  t.deepEqual(fs.readdirSync(path.join(directory, 'a_files')).toSorted(), ['0', '1', '2', '3', '4', '5'])
  fs.writeFileSync(path.join(directory, 'a_files', 'mine.txt'), '')
  const error = await t.throwsAsync(image(300).toFile(target), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT' })
  t.regex(error.message, /mine\.txt/)
  t.deepEqual(fs.readdirSync(directory).toSorted(), ['a.dzi', 'a_files'])
})

test('an abort leaves nothing behind', async (t) => {
  const directory = folder(t)
  const { width, height, data } = noise(4_000, 3_000)
  const image = fromBuffer(data, { width, height }).gaussianBlur({ sigma: 9 })
  for (const name of ['a.dzi', 'a.szi']) {
    const [abort, reason] = [new AbortController(), new Error('enough')]
    const onProgress = () => abort.abort(reason)
    t.is(await t.throwsAsync(image.toFile(path.join(directory, name), { signal: abort.signal, onProgress })), reason)
    t.deepEqual(fs.readdirSync(directory), [])
  }
})

test('a process that exits while it writes leaves nothing behind', async (t) => {
  const directory = folder(t)
  const target = JSON.stringify(path.join(directory, 'a.dzi'))
  const { code } = await script(`
    import { fromBuffer } from 'gigapx'
    const image = fromBuffer(new Uint8Array(64_000_000), { width: 8_000, height: 8_000 })
    image.toFile(${target}, { onProgress: () => process.exit(7) })
  `)
  t.is(code, 7)
  t.deepEqual(fs.readdirSync(directory), [])
})

test('options that do not fit are refused at the call', (t) => {
  const image = fromBuffer(new Uint8Array(12), { width: 2, height: 2, channels: 3 })
  for (const [name, options, named] of [
    ['a.dzi', { tileSize: 0 }, /tileSize/],
    ['a.dzi', { tileSize: { x: 16, y: 16 } }, /tileSize/],
    ['a.dzi', { tileSize: 10, overlap: 10 }, /overlap/],
    ['a.dzi', { tileFormat: 'tiff' }, /tileFormat/],
    ['a.dzi', { tileFormat: 'png', quality: 80 }, /quality/],
    ['a.dzi', { tileFormat: 'webp', chromaSubsampling: '4:4:4' }, /chromaSubsampling/],
    ['a.dzi', { decimation: 'lanczos' }, /decimation/],
    ['a.dzi', { compression: 'jpeg' }, /compression/],
    ['a.dzi', { pyramid: 'cog' }, /pyramid/],
    ['a.tif', { format: 'deepzoom' }, /\.dzi, \.szi, \.zip/],
    ['a.tif', { overlap: 1 }, /overlap/],
    ['a.raw', { tileFormat: 'png' }, /tileFormat/],
    ['a.tif', { decimation: 'gaussian' }, /pyramid/],
  ]) {
    const error = t.throws(() => image.toFile(name, options), { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT' }, JSON.stringify(options))
    t.regex(error.message, named)
  }
  const floats = fromBuffer(new Float32Array(4), { width: 2, height: 2 })
  for (const tileFormat of ['jpeg', 'png', 'webp']) {
    t.throws(() => floats.toFile('a.dzi', { tileFormat }), { code: 'ERR_INVALID_ARGUMENT', message: /uint8/ })
  }
})

test('the command line writes tiles', async (t) => {
  const directory = folder(t)
  const at = (name) => path.join(directory, name)
  const { data } = noise(60, 50)
  fs.writeFileSync(at('in.raw'), data)
  const tiles = ['--tile-size', '32', '--overlap', '2', '--tile-format', 'png', '--decimation', 'gaussian']
  const { code, stderr } = await cli(['run', at('in.raw'), at('out.dzi'), '--raw', '60x50x1:uint8', ...tiles])
  t.is(code, 0, stderr)
  const image = fromBuffer(data, { width: 60, height: 50 })
  await image.toFile(at('same.dzi'), { tileSize: 32, overlap: 2, tileFormat: 'png', decimation: 'gaussian' })
  t.deepEqual(described(at('out.dzi')), described(at('same.dzi')))
  for (const file of files(at('same_files'))) {
    t.true(fs.readFileSync(at(`out_files/${file}`)).equals(fs.readFileSync(at(`same_files/${file}`))), file)
  }
})
