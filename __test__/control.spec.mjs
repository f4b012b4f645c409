import fs from 'node:fs'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getEventListeners } from 'node:events'

import test from 'ava'
import { concurrency, counters, fromBuffer, memoryLimit, openRaw, simd, versions } from 'gigapx'

import { folder, large, sparseLarge, until } from './helpers/files.mjs'
import { noise, same } from './helpers/pixels.mjs'

/** A blur of a gigapixel that takes long, and a folder to write it to. */
async function heavy(t) {
  const directory = folder(t)
  const image = await openRaw(sparseLarge(directory), large)
  return { directory, image: image.gaussianBlur({ sigma: 60 }), file: path.join(directory, 'out.tif') }
}

test.serial('progress never falls, and ends at the total before the promise resolves', async (t) => {
  const directory = folder(t)
  const image = (await openRaw(sparseLarge(directory), large)).gaussianBlur({ sigma: 2 })
  for (const start of [
    (onProgress) => image.toFile(path.join(directory, 'out.raw'), { onProgress, sync: false }),
    (onProgress) => image.crop({ left: 1, top: 1, width: 8_000, height: 8_000 }).toBuffer({ onProgress }),
    (onProgress) => image.crop({ left: 0, top: 0, width: 10, height: 10 }).toBuffer({ into: new Uint8Array(100), onProgress }),
  ]) {
    const events = []
    await start((event) => events.push(event))
    const { length } = events
    t.true(events.every(({ done, total, fraction }) => fraction === done / total))
    t.true(events.every(({ done }, i) => i === 0 || done > events[i - 1].done))
    t.is(new Set(events.map(({ total }) => total)).size, 1)
    t.is(events.at(-1).fraction, 1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    t.is(events.length, length, 'no event after the end')
    t.log(`${length} events`)
  }
})

test.serial('a progress callback that throws stops the job', async (t) => {
  const { directory, image, file } = await heavy(t)
  const reason = new Error('no progress')
  let calls = 0
  const onProgress = () => {
    calls++
    throw reason
  }
  t.is(await t.throwsAsync(image.toFile(file, { onProgress }), { any: true }), reason)
  t.is(calls, 1)
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
})

test.serial('a signal that is aborted already starts nothing', async (t) => {
  const { directory, image, file } = await heavy(t)
  // A job settles a moment before it is counted as over.
  await until(() => counters().jobs === 0)
  const signal = AbortSignal.abort()
  const onProgress = () => t.fail()
  const error = await t.throwsAsync(image.toFile(file, { signal, onProgress }), { any: true })
  t.is(error, signal.reason)
  t.is(error.name, 'AbortError')
  const reason = 'any value'
  await image.toBuffer({ signal: AbortSignal.abort(reason) }).then(
    () => t.fail(),
    (thrown) => t.is(thrown, reason),
  )
  t.is(counters().jobs, 0)
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
})

test.serial('an abort in mid-run rejects with the reason and leaves nothing', async (t) => {
  const { directory, image, file } = await heavy(t)
  for (const start of [
    (options) => image.toFile(file, options),
    (options) => image.toFile(path.join(directory, 'out.raw'), options),
    (options) => image.toBuffer(options),
    (options) => image.crop({ left: 0, top: 0, width: 20_000, height: 5_000 }).toBuffer({ into: new Uint8Array(100_000_000), ...options }),
  ]) {
    const controller = new AbortController()
    const reason = new Error('enough')
    let aborted
    const onProgress = ({ done, total }) => {
      t.is(aborted, undefined, 'no progress after the abort')
      t.true(done < total)
      aborted = performance.now()
      controller.abort(reason)
    }
    t.is(await t.throwsAsync(start({ signal: controller.signal, onProgress }), { any: true }), reason)
    t.log(`stopped after ${(performance.now() - aborted).toFixed(1)} ms`)
    t.deepEqual(fs.readdirSync(directory), ['in.raw'])
    t.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  }
  await until(() => counters().jobs === 0)
})

test.serial('an abort right after the start is heard', async (t) => {
  const { directory, image, file } = await heavy(t)
  const controller = new AbortController()
  const promise = image.toFile(file, { signal: controller.signal })
  controller.abort()
  t.is(await t.throwsAsync(promise, { any: true }), controller.signal.reason)
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
})

test.serial('one signal stops several jobs', async (t) => {
  const { directory, image } = await heavy(t)
  const controller = new AbortController()
  const { signal } = controller
  const jobs = ['a.tif', 'b.raw', 'c.tif'].map((name) => image.toFile(path.join(directory, name), { signal }))
  jobs.push(image.toBuffer({ signal, onProgress: () => controller.abort() }))
  for (const result of await Promise.allSettled(jobs)) {
    t.is(result.reason, signal.reason)
  }
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
})

test.serial('a time-out is a reason like any other', async (t) => {
  const { image, file } = await heavy(t)
  const error = await t.throwsAsync(image.toFile(file, { signal: AbortSignal.timeout(20) }), { any: true })
  t.is(error.name, 'TimeoutError')
})

test.serial('an abort after the end does no harm, and no listener stays', async (t) => {
  const { width, height, data } = noise(100, 100)
  const image = fromBuffer(data, { width, height })
  const controller = new AbortController()
  for (let i = 0; i < 20; i++) {
    same(t, await image.toBuffer({ signal: controller.signal }), data)
  }
  t.deepEqual(getEventListeners(controller.signal, 'abort'), [])
  controller.abort()
  await new Promise((resolve) => setTimeout(resolve, 10))
  same(t, await image.toBuffer(), data)
})

test.serial('the event loop runs on while every core computes', async (t) => {
  const image = (await openRaw(sparseLarge(folder(t)), large)).gaussianBlur({ sigma: 2.2 })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  delay.enable()
  const result = await image.crop({ left: 0, top: 0, width: 20_000, height: 10_000 }).toBuffer({ onProgress: () => {} })
  delay.disable()
  clearInterval(timer)
  t.is(result.length, 200_000_000)
  t.log(`lag at most ${(delay.max / 1e6).toFixed(1)} ms, 99 % below ${(delay.percentile(99) / 1e6).toFixed(1)} ms, ${turns} turns`)
  t.true(turns > 10)
})

test.serial('many jobs at once', async (t) => {
  const image = noise(300, 200, 3)
  const source = fromBuffer(image.data, { width: 300, height: 200, channels: 3 })
  const blurs = Array.from({ length: 100 }, (_, i) => source.gaussianBlur({ sigma: 1 + (i % 5) }))
  const results = await Promise.all(blurs.map((blur) => blur.toBuffer()))
  t.true(results.every((result, i) => result.equals(results[i % 5])))
  t.is(new Set(results.slice(0, 5).map((result) => result.toString('latin1'))).size, 5)
  await until(() => counters().jobs === 0)
})

test.serial('a long job does not hold up a short one', async (t) => {
  const { image, file } = await heavy(t)
  const controller = new AbortController()
  const long = image.toFile(file, { signal: controller.signal })
  await until(() => counters().active > 0)
  const { width, height, data } = noise(100, 100)
  same(t, await fromBuffer(data, { width, height }).toBuffer(), data)
  controller.abort()
  await t.throwsAsync(long, { any: true })
})

test.serial('the number of threads is read and set', async (t) => {
  const usual = concurrency()
  t.true(usual >= 1)
  t.is(concurrency(usual + 1), usual + 1)
  t.is(concurrency(), usual + 1)
  const { width, height, data } = noise(2_000, 2_000)
  same(t, await fromBuffer(data, { width, height }).toBuffer(), data)
  t.is(concurrency(usual), usual)
})

test.serial('the memory limit is read and set, and refuses what does not fit', async (t) => {
  const usual = memoryLimit()
  t.is(usual, 256 * 1024 ** 2)
  t.teardown(() => memoryLimit(usual))
  const image = (await openRaw(sparseLarge(folder(t)), large)).gaussianBlur({ sigma: 2 }).crop({ left: 0, top: 0, width: 20_000, height: 2_000 })
  t.is(memoryLimit(1000), 1000)
  await t.throwsAsync(image.toBuffer(), { code: 'ERR_MEMORY_LIMIT' })
  await t.throwsAsync(image.tiles({ width: 512, height: 512 }).next(), { code: 'ERR_MEMORY_LIMIT' })
  memoryLimit(16 * 1024 ** 2)
  t.is((await image.toBuffer()).length, 40_000_000)
  t.true(counters().reserved <= memoryLimit())
})

test.serial('counters, versions and the instruction set', (t) => {
  t.deepEqual(Object.keys(counters()).toSorted(), ['active', 'held', 'jobs', 'peak', 'reserved'])
  t.regex(versions.gigapx, /^\d+\.\d+\.\d+/)
  t.regex(versions.rust, /^\d+\.\d+/)
  t.regex(simd(), /^[a-z0-9]+$/)
})
