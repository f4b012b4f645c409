import fs from 'node:fs'

import test from 'ava'

import { script } from './helpers/child.mjs'
import { folder, large, sparseLarge } from './helpers/files.mjs'

// Each child gets the folder as its argument, and starts a job far longer than its own life.
const head = `
  import fs from 'node:fs'
  import path from 'node:path'
  import process from 'node:process'
  import { Worker } from 'node:worker_threads'
  import { counters, fromBuffer, openRaw } from 'gigapx'

  const directory = process.argv[1]
  const layout = ${JSON.stringify(large)}
  const long = async (name, options) => {
    const image = await openRaw(path.join(directory, 'in.raw'), layout)
    return image.gaussianBlur({ sigma: 60 }).toFile(path.join(directory, name), options)
  }
`

/** Runs a child; nothing but its input may be left in the folder afterwards. */
async function child(t, text) {
  const directory = folder(t)
  sparseLarge(directory)
  const started = performance.now()
  const result = await script(`${head}\n${text}`, directory)
  t.log(`ended after ${Math.round(performance.now() - started)} ms`)
  t.is(result.signal, null, result.stderr)
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
  return result
}

test.serial('process.exit() in mid-job', async (t) => {
  const { code, stderr } = await child(t, `
    await long('out.tif', { onProgress: () => process.exit(0) })
    process.exit(1)
  `)
  t.is(code, 0, stderr)
})

test.serial('process.exit() with several sinks in mid-job', async (t) => {
  const { code, stderr } = await child(t, `
    const image = (await openRaw(path.join(directory, 'in.raw'), layout)).gaussianBlur({ sigma: 60 })
    image.toBuffer()
    image.toBuffer({ into: new Uint8Array(layout.width * layout.height) })
    fromBuffer(new Uint8Array(1e8), { width: 1e4, height: 1e4 }).gaussianBlur({ sigma: 60 }).toBuffer()
    await image.tiles({ width: 512, height: 512 }).next()
    long('a.raw', { onProgress: () => process.exit(0) })
    await long('b.tif')
  `)
  t.is(code, 0, stderr)
})

test.serial('an uncaught exception in mid-job', async (t) => {
  const { code, stderr } = await child(t, `
    await long('out.raw', { onProgress: () => setImmediate(() => { throw new Error('on purpose') }) })
  `)
  t.is(code, 1)
  t.regex(stderr, /Error: on purpose/)
})

test.serial('an unhandled rejection of a job', async (t) => {
  const { code, stderr } = await child(t, `
    long('out.raw', { onProgress: () => { throw new Error('on purpose') } })
  `)
  t.is(code, 1)
  t.regex(stderr, /Error: on purpose/)
})

test.serial('an end without a word: a job keeps the process alive until it settles', async (t) => {
  const { code, stdout, stderr } = await child(t, `
    const pixels = new Uint8Array(1e6)
    fromBuffer(pixels, { width: 1e3, height: 1e3 }).gaussianBlur({ sigma: 3 }).toBuffer().then(() => console.log('settled'))
  `)
  t.is(code, 0, stderr)
  t.is(stdout, 'settled\n')
})

// A worker that is given as text; workerData.gigapx is where it finds the package. Without execArgv it
// would inherit --input-type=module, and have no require.
const spawnWorker = `
  const spawnWorker = (text, workerData) =>
    new Worker('(async () => {' + text + '})()', { eval: true, execArgv: [], workerData: { ...workerData, gigapx } })
  const gigapx = import.meta.resolve('gigapx')
`

test.serial('worker.terminate() in mid-job', async (t) => {
  const { code, stdout, stderr } = await child(t, `${spawnWorker}
    const text = \`
      const path = require('node:path')
      const { parentPort, workerData } = require('node:worker_threads')
      const { fromBuffer, openRaw } = await import(workerData.gigapx)
      const source = await openRaw(path.join(workerData.directory, 'in.raw'), workerData.layout)
      const image = source.gaussianBlur({ sigma: 60 })
      image.toBuffer({ into: new Uint8Array(3e8) })
      fromBuffer(new Uint8Array(1e8), { width: 1e4, height: 1e4 }).gaussianBlur({ sigma: 60 }).toBuffer()
      image.tiles({ width: 256, height: 256 }).next()
      await image.toFile(path.join(workerData.directory, 'out.tif'), { onProgress: () => parentPort.postMessage('running') })
    \`
    for (let i = 0; i < 3; i++) {
      const it = spawnWorker(text, { directory, layout })
      await new Promise((resolve, reject) => it.once('message', resolve).once('error', reject))
      await it.terminate()
    }
    // The addon still works here, and nothing of the workers runs on.
    const result = await fromBuffer(new Uint8Array(1e6).fill(3), { width: 1e3, height: 1e3 }).gaussianBlur({ sigma: 3 }).toBuffer()
    while (counters().jobs > 0) await new Promise((resolve) => setTimeout(resolve, 5))
    console.log(result.every((value) => value === 3))
  `)
  t.is(code, 0, stderr)
  t.is(stdout, 'true\n')
})

test.serial('worker.terminate() before the job has begun to compute', async (t) => {
  const { code, stdout, stderr } = await child(t, `${spawnWorker}
    // Long enough that reserving the target takes a while, and that a job which is not stopped shows.
    const text = \`
      const path = require('node:path')
      const { parentPort, workerData } = require('node:worker_threads')
      const { openRaw } = await import(workerData.gigapx)
      const source = await openRaw(path.join(workerData.directory, 'in.raw'), workerData.layout)
      const image = source.gaussianBlur({ sigma: 60 })
      for (const name of ['a.tif', 'b.raw', 'c.tif', 'd.raw']) image.toFile(path.join(workerData.directory, name))
      parentPort.postMessage('started')
    \`
    const it = spawnWorker(text, { directory, layout })
    await new Promise((resolve, reject) => it.once('message', resolve).once('error', reject))
    await it.terminate()
    console.log(fs.readdirSync(directory).filter((name) => !name.endsWith('.tmp')).join())
  `)
  t.is(code, 0, stderr)
  t.is(stdout, 'in.raw\n')
})

test.serial('process.exit() of the main thread while workers compute', async (t) => {
  const { code, stderr } = await child(t, `${spawnWorker}
    const text = \`
      const path = require('node:path')
      const { parentPort, workerData } = require('node:worker_threads')
      const { openRaw } = await import(workerData.gigapx)
      const source = await openRaw(path.join(workerData.directory, 'in.raw'), workerData.layout)
      const onProgress = () => parentPort.postMessage('running')
      await source.gaussianBlur({ sigma: 60 }).toFile(path.join(workerData.directory, workerData.name), { onProgress })
    \`
    await Promise.all(['a.tif', 'b.raw'].map((name) => {
      const it = spawnWorker(text, { directory, layout, name })
      return new Promise((resolve, reject) => it.once('message', resolve).once('error', reject))
    }))
    process.exit(0)
  `)
  t.is(code, 0, stderr)
})

test.serial('several workers at once get the same bytes', async (t) => {
  const { code, stdout, stderr } = await child(t, `${spawnWorker}
    const text = \`
      const { createHash } = require('node:crypto')
      const { parentPort, workerData } = require('node:worker_threads')
      const { fromBuffer } = await import(workerData.gigapx)
      const pixels = new Uint8Array(2e6).map((_, i) => i * i)
      const image = fromBuffer(pixels, { width: 2e3, height: 1e3 }).gaussianBlur({ sigma: 5 })
      for (let i = 0; i < 10; i++) {
        parentPort.postMessage(createHash('sha256').update(await image.toBuffer()).digest('hex'))
      }
    \`
    const hashes = new Set()
    let messages = 0
    await Promise.all(Array.from({ length: 6 }, () => {
      const it = spawnWorker(text, {})
      it.on('message', (hash) => { hashes.add(hash); messages++ })
      return new Promise((resolve, reject) => it.once('exit', resolve).once('error', reject))
    }))
    console.log(hashes.size, messages)
  `)
  t.is(code, 0, stderr)
  t.is(stdout, '1 60\n')
})

test.serial('memory of results is given back', async (t) => {
  const directory = folder(t)
  const { code, stdout, stderr } = await script(`${head}
    import { setFlagsFromString } from 'node:v8'
    import { runInNewContext } from 'node:vm'
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc')
    const image = fromBuffer(new Uint8Array(1e7), { width: 1e4, height: 1e3 })
    const settle = async () => {
      for (let i = 0; i < 5; i++) {
        gc()
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
    await image.toBuffer()
    await settle()
    const before = process.memoryUsage()
    for (let i = 0; i < 40; i++) {
      await image.toBuffer()
      for await (const tile of image.tiles({ width: 1e4, height: 100 })) tile.data.fill(1)
    }
    await settle()
    const after = process.memoryUsage()
    console.log(JSON.stringify({
      arrayBuffers: after.arrayBuffers - before.arrayBuffers,
      external: after.external - before.external,
      rss: after.rss - before.rss,
    }))
  `, directory)
  t.is(code, 0, stderr)
  const growth = JSON.parse(stdout)
  t.log(growth)
  // 80 results of 10 MB have come and gone.
  t.true(growth.arrayBuffers < 2e7)
  t.true(growth.external < 2e7)
  t.true(growth.rss < 3e8)
})
