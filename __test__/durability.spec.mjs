/** Whatever happens to a process, its sources or its disk: a target is as it was, or whole. */

import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import test from 'ava'
import { fromBuffer, open, openRaw } from 'gigapx'

import { node } from './helpers/child.mjs'
import { folder, large, sparse, sparseLarge, until } from './helpers/files.mjs'

/** Files of every way of writing: places that are known, places that are found, copies that grow meanwhile. */
const TARGETS = [
  ['out.raw', {}],
  ['out.tif', {}],
  ['out.tif', { compression: 'deflate', level: 1 }],
  ['out.tif', { compression: 'zstd', pyramid: 'cog', tileSize: 256 }],
  ['out.tif', { compression: 'lzw', pyramid: 'ome', tileSize: 256 }],
]

const title = ([name, options]) => `${path.extname(name).slice(1)} ${JSON.stringify(options)}`

/** Runs a module that writes a word once it is in the middle of its work, and calls `act` with the process then. */
function interrupt(text, args, act) {
  const onSpawn = (process) => process.stdout.once('data', () => act(process))
  return node(['--input-type=module', '--eval', text, ...args], { onSpawn })
}

const LONG = `
  import process from 'node:process'
  import { openRaw } from 'gigapx'
  const [, source, layout, target, options] = process.argv
  const image = await openRaw(source, JSON.parse(layout))
  let told = false
  const onProgress = () => {
    if (!told) process.stdout.write('running')
    told = true
  }
  await image.gaussianBlur({ sigma: 60 }).toFile(target, { ...JSON.parse(options), onProgress })
`

for (const [name, options] of TARGETS) {
  test.serial(`a process that is killed leaves the target as it was: ${title([name, options])}`, async (t) => {
    const directory = folder(t)
    const source = sparseLarge(directory)
    const target = path.join(directory, name)
    fs.writeFileSync(target, 'old')
    const args = [source, JSON.stringify(large), target, JSON.stringify(options)]
    const { signal, stderr } = await interrupt(LONG, args, (process) => process.kill('SIGKILL'))
    t.is(signal, 'SIGKILL', stderr)
    t.is(fs.readFileSync(target, 'utf8'), 'old')
    const left = fs.readdirSync(directory).filter((file) => file.endsWith('.tmp'))
    t.is(left.length, 1)
    // Whoever writes there next clears up.
    await fromBuffer(new Uint8Array(64).fill(7), { width: 8, height: 8 }).toFile(target, options)
    t.deepEqual(fs.readdirSync(directory).toSorted(), ['in.raw', name])
    t.not(fs.readFileSync(target, 'latin1'), 'old')
  })

  test.serial(`an abort half-way leaves the target as it was: ${title([name, options])}`, async (t) => {
    const directory = folder(t)
    const image = (await openRaw(sparseLarge(directory), large)).gaussianBlur({ sigma: 60 })
    const target = path.join(directory, name)
    fs.writeFileSync(target, 'old')
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = ({ done }) => done > 0 && controller.abort(reason)
    const error = await t.throwsAsync(image.toFile(target, { ...options, signal: controller.signal, onProgress }))
    t.is(error, reason)
    t.is(fs.readFileSync(target, 'utf8'), 'old')
    await until(() => fs.readdirSync(directory).length === 2)
    t.deepEqual(fs.readdirSync(directory).toSorted(), ['in.raw', name])
  })
}

/** The one value of all samples. */
async function value(image) {
  const data = await image.toBuffer()
  return data.every((sample) => sample === data[0]) ? data[0] : undefined
}

const size = { width: 700, height: 500 }

const AGAIN = `
  import process from 'node:process'
  import { fromBuffer } from 'gigapx'
  const [, target, layout, options, value] = process.argv
  const { width, height } = JSON.parse(layout)
  const image = fromBuffer(new Uint8Array(width * height).fill(Number(value)), { width, height })
  for (let i = 0; i < 40; i++) await image.toFile(target, { sync: false, ...JSON.parse(options) })
`

for (const [name, options] of TARGETS) {
  const read = (target) => (name.endsWith('.raw') ? openRaw(target, size) : open(target))

  test.serial(`of two processes that write one file, one is read, whole: ${title([name, options])}`, async (t) => {
    const directory = folder(t)
    const target = path.join(directory, name)
    let running = 2
    const write = async (number) => {
      const args = ['--input-type=module', '--eval', AGAIN, target, JSON.stringify(size), JSON.stringify(options), number]
      const { code, stderr } = await node(args)
      running -= 1
      t.is(code, 0, stderr)
    }
    const found = []
    const watch = async () => {
      await until(() => fs.existsSync(target))
      // Whatever is there meanwhile is whole, too. One that is replaced while it is read says so.
      await until(async () => {
        found.push(await read(target).then(value).catch((error) => error.code))
        return running === 0
      })
      found.push(await value(await read(target)))
    }
    await Promise.all([write('1'), write('2'), watch()])
    const last = found.at(-1)
    t.true(last === 1 || last === 2, `${last}`)
    t.deepEqual(found.filter((each) => ![1, 2, 'ERR_SOURCE_CHANGED'].includes(each)), [])
    t.deepEqual(fs.readdirSync(directory), [name])
  })

  test.serial(`of several jobs that write one file, one wins: ${title([name, options])}`, async (t) => {
    const directory = folder(t)
    const target = path.join(directory, name)
    const images = [1, 2, 3, 4].map((number) => fromBuffer(new Uint8Array(size.width * size.height).fill(number), size))
    await Promise.all(images.map((image) => image.toFile(target, { sync: false, ...options })))
    t.true([1, 2, 3, 4].includes(await value(await read(target))))
    t.deepEqual(fs.readdirSync(directory), [name])
  })
}

const scene = { width: 6_000, height: 4_000 }

/** Sources of the same zeros, none of which is mapped. */
const SOURCES = [
  ['raw, read by position', 'in.raw', undefined, 'pread'],
  ['TIFF, read by position', 'in.tif', {}, 'pread'],
  ['TIFF in strips of zstd', 'in.tif', { compression: 'zstd', rowsPerStrip: 64 }, 'auto'],
  ['TIFF in tiles of deflate', 'in.tif', { compression: 'deflate', tileSize: 256 }, 'auto'],
]

/** Makes a source and opens it. */
async function makeSource(directory, [, name, options, access]) {
  const bare = sparse(path.join(directory, 'in.raw'), scene.width * scene.height)
  if (options === undefined) {
    return openRaw(bare, scene, { access })
  }
  const file = path.join(directory, name)
  await (await openRaw(bare, scene)).toFile(file, options)
  fs.rmSync(bare)
  return open(file, { access })
}

/** Filters a source into a file, and does something to the source half-way. */
async function disturb(t, kind, act) {
  const directory = folder(t)
  const image = await makeSource(directory, kind)
  const target = path.join(directory, 'out.tif')
  fs.writeFileSync(target, 'old')
  let done = false
  const onProgress = () => {
    if (!done) act(path.join(directory, kind[1]))
    done = true
  }
  const options = { compression: 'deflate', level: 1, onProgress }
  const error = await image.gaussianBlur({ sigma: 20 }).toFile(target, options).catch((reason) => reason)
  t.true(done)
  t.deepEqual(fs.readdirSync(directory).filter((file) => file !== kind[1]), ['out.tif'])
  return { error, target }
}

function replace(file) {
  fs.writeFileSync(`${file}.new`, 'something else')
  fs.renameSync(`${file}.new`, file)
}

for (const kind of SOURCES) {
  for (const [what, part] of [['cut in half', 0.5], ['emptied', 0]]) {
    test.serial(`a source that is ${what} half-way is an error: ${kind[0]}`, async (t) => {
      const cut = (file) => fs.truncateSync(file, Math.floor(fs.statSync(file).size * part))
      const { error, target } = await disturb(t, kind, cut)
      t.true(['ERR_SOURCE_CHANGED', 'ERR_CORRUPT_INPUT'].includes(error?.code), `${error}`)
      t.is(fs.readFileSync(target, 'utf8'), 'old')
    })
  }
  for (const [what, act] of [['replaced', replace], ['removed', (file) => fs.rmSync(file)]]) {
    // The file that was opened is still there, whole, for those who have it open.
    test.serial(`a source that is ${what} half-way is read to its end: ${kind[0]}`, async (t) => {
      const { error, target } = await disturb(t, kind, act)
      t.is(error, undefined)
      const result = await open(target)
      t.like(result, scene)
      t.is(await value(result), 0)
    })
  }
}

const MAPPED = LONG.replace("JSON.parse(layout))", "JSON.parse(layout), { access: 'mmap' })")

test.serial('a mapped source that is truncated ends the process, not the target', async (t) => {
  if (os.platform() === 'win32') {
    t.pass('Windows does not let a mapped file be truncated')
    return
  }
  const directory = folder(t)
  const mapped = sparseLarge(directory)
  const target = path.join(directory, 'out.tif')
  fs.writeFileSync(target, 'old')
  const args = [mapped, JSON.stringify(large), target, JSON.stringify({ compression: 'deflate' })]
  const { code, signal } = await interrupt(MAPPED, args, () => fs.truncateSync(mapped, 0))
  // As the manual of `access` says; where the system copes, it is an error like any other.
  t.true(signal === 'SIGBUS' || code === 1, `${code} ${signal}`)
  t.is(fs.readFileSync(target, 'utf8'), 'old')
  await fromBuffer(new Uint8Array(64), { width: 8, height: 8 }).toFile(target)
  t.deepEqual(fs.readdirSync(directory).toSorted(), ['in.raw', 'out.tif'])
})
