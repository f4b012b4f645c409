/** What images add up to, and what is made of that, against plain JavaScript. */

import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { counters, fromBuffer, histogram, memoryLimit, stats, write } from 'gigapx'

import { cli } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'
import { imageOf, pixelsOf } from './helpers/filtering.mjs'
import { noise } from './helpers/pixels.mjs'
import { DEPTHS } from './helpers/reference.mjs'

/** The samples of one channel. */
const plane = ({ data, channels }, channel) => [...data].filter((_, i) => i % channels === channel)

const close = (t, a, b, message) => t.true(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b)), `${message}: ${a}, ${b}`)

/** By nearest rank. */
function percentile(samples, percent) {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(Math.ceil((percent / 100) * sorted.length), 1) - 1]
}

const row = (array, depth) => fromBuffer(array, { width: array.length, height: 1, depth })

for (const depth of DEPTHS) {
  test(`stats of ${depth}`, async (t) => {
    const pixels = noise(211, 97, 3, depth, 5)
    const { channels } = await imageOf(pixels).stats()
    t.is(channels.length, 3)
    for (const [i, found] of channels.entries()) {
      const samples = plane(pixels, i)
      const [min, max] = [Math.min(...samples), Math.max(...samples)]
      const at = (value) => [samples.indexOf(value) % 211, Math.floor(samples.indexOf(value) / 211)]
      t.like(found, { count: 211 * 97, nan: 0, min, max })
      t.deepEqual([[found.minX, found.minY], [found.maxX, found.maxY]], [at(min), at(max)])
      const sum = samples.reduce((all, sample) => all + sample, 0)
      const mean = sum / samples.length
      const variance = samples.reduce((all, sample) => all + (sample - mean) ** 2, 0) / samples.length
      close(t, found.sum, sum, 'sum')
      close(t, found.mean, mean, 'mean')
      close(t, found.deviation, Math.sqrt(variance), 'deviation')
      close(t, found.squaresSum, samples.reduce((all, sample) => all + sample * sample, 0), 'squares')
    }
  })

  test(`percentiles of ${depth}`, async (t) => {
    const pixels = noise(211, 97, 2, depth, 6)
    const image = imageOf(pixels)
    const all = [...pixels.data]
    const range = Math.max(...all) - Math.min(...all)
    const error = depth === 'int32' || depth === 'float32' ? range / 65_536 : 0
    for (const percent of [0, 1, 37.5, 50, 99, 100]) {
      const found = await image.percentile(percent)
      for (const channel of [0, 1]) {
        const expected = percentile(plane(pixels, channel), percent)
        t.true(Math.abs(found[channel] - expected) <= error, `${percent}: ${found[channel]}, ${expected}`)
      }
    }
  })

  test(`a histogram of ${depth} holds every sample`, async (t) => {
    const pixels = noise(211, 97, 2, depth, 7)
    const { bins, low, high, channels, all } = await imageOf(pixels).histogram()
    t.is(bins, depth === 'uint16' ? 65_536 : 256)
    const total = (levels) => levels.counts.reduce((sum, count) => sum + count, 0)
    t.deepEqual([...channels.map(total), total(all)], [211 * 97, 211 * 97, 2 * 211 * 97])
    t.deepEqual([all.below, all.above, all.nan], [0, 0, 0])
    t.true(pixels.data.every((sample) => sample >= low && sample < high))
    const bin = (sample) => Math.floor(((sample - low) / (high - low)) * bins)
    if (depth !== 'float32') {
      const counts = Array.from({ length: bins }, () => 0)
      plane(pixels, 1).forEach((sample) => (counts[bin(sample)] += 1))
      t.deepEqual([...channels[1].counts], counts)
    }
  })
}

test('neither threads nor memory change what is found', async (t) => {
  const image = imageOf(noise(1500, 700, 3, 'float32', 3)).gaussianBlur({ sigma: 2 })
  const expected = await image.stats()
  for (const threads of [1, 2, 5]) {
    t.deepEqual(await image.stats({ threads }), expected)
  }
  const [first, second] = await write([[image, stats()], [image.flip(), stats()]])
  t.deepEqual(first, expected)
  t.deepEqual(second.channels.map(({ sum, deviation }) => [sum, deviation]), expected.channels.map(({ sum, deviation }) => [sum, deviation]))
})

test('ranges that are given', async (t) => {
  const image = row(Float32Array.of(-1, 0, 0.5, 0.99, 1, 7, Number.NaN), 'float32')
  const { all, bins, low, high } = await image.histogram({ bins: 2, low: 0, high: 1 })
  t.deepEqual([bins, low, high], [2, 0, 1])
  t.deepEqual([...all.counts], [1, 2])
  t.deepEqual([all.below, all.above, all.nan], [1, 2, 1])
  close(t, all.mean, (0.25 + 2 * 0.75) / 3, 'mean')
  t.is(all.percentile(50), 0.75)
  t.is(all.otsu(), 0.5)
  const bytes = row(Uint8Array.of(0, 10, 255))
  t.deepEqual([...(await bytes.histogram({ bins: 2 })).all.counts], [2, 1])
  t.deepEqual([...(await bytes.histogram({ bins: 5, low: 5, high: 15 })).all.counts], [0, 0, 1, 0, 0])
  const open = await row(Int16Array.of(-5, 7, 9), 'int16').histogram({ bins: 3, low: 0 })
  t.deepEqual([open.low, open.high, ...open.all.counts], [0, 10, 0, 0, 2])
})

test('samples that are no numbers, or infinite', async (t) => {
  const { NaN: nan, POSITIVE_INFINITY: infinity } = Number
  const none = row(Float32Array.of(nan, nan), 'float32')
  t.like((await none.stats()).channels[0], { count: 0, nan: 2, min: nan, maxX: nan, mean: nan, deviation: nan, sum: 0 })
  t.deepEqual(await none.percentile(50), [nan])
  t.is((await (await none.normalise()).stats()).channels[0].nan, 2)
  const endless = row(Float32Array.of(1, infinity, 3), 'float32')
  t.like((await endless.stats()).channels[0], { max: infinity, maxX: 1, sum: infinity, deviation: nan })
  const error = { code: 'ERR_INVALID_ARGUMENT', message: 'expected finite samples for the image but received Infinity' }
  await t.throwsAsync(endless.histogram(), error)
  await t.throwsAsync(endless.normalise(), error)
  t.is((await endless.histogram({ low: 0, high: 2 })).all.above, 2)
})

test('normalise: by hand', async (t) => {
  const bytes = row(Uint8Array.of(50, 70, 100))
  t.deepEqual([...(await (await bytes.normalise()).toBuffer())], [0, 102, 255])
  t.deepEqual([...(await (await bytes.normalise({ low: 10, high: 20 })).toBuffer())], [10, 14, 20])
  const flat = row(Uint8Array.of(9, 9))
  t.deepEqual([...(await (await flat.normalise({ low: 3 })).toBuffer())], [3, 3])
  const heights = row(Float32Array.of(-100, 0, 156), 'float32')
  t.deepEqual([...(await pixelsOf(await heights.normalise())).data], [0, 0.390625, 1])
  t.deepEqual([...(await (await heights.normalise({ depth: 'uint8' })).toBuffer())], [0, 100, 255])
  const colours = fromBuffer(Uint8Array.of(0, 80, 40, 200), { width: 2, height: 1, channels: 2 })
  t.deepEqual([...(await (await colours.normalise()).toBuffer())], [0, 102, 51, 255])
  t.deepEqual([...(await (await colours.normalise({ perChannel: true })).toBuffer())], [0, 0, 255, 255])
  const ramp = row(Uint8Array.from({ length: 101 }, (_, i) => i + 50))
  const spread = [...(await (await ramp.normalise({ lower: 10, upper: 90 })).toBuffer())]
  t.deepEqual([spread[5], spread[10], spread[50], spread[90], spread[99]], [0, 0, 128, 255, 255])
})

test('equalize and Otsu: by hand', async (t) => {
  const bytes = row(Uint8Array.of(10, 10, 11, 12, 12, 12))
  t.deepEqual([...(await (await bytes.equalize()).toBuffer())], [0, 0, 64, 255, 255, 255])
  t.deepEqual([...(await pixelsOf(await row(Uint16Array.of(5, 6, 7), 'uint16').equalize())).data], [0, 32_768, 65_535])
  t.throws(() => bytes.cast('int16').equalize(), { code: 'ERR_INVALID_ARGUMENT', message: /uint8 or uint16/ })
  const two = row(Uint8Array.of(10, 12, 200, 210, 11))
  t.is((await two.histogram()).all.otsu(), 12)
  t.deepEqual([...(await (await two.threshold('otsu')).toBuffer())], [0, 0, 255, 255, 0])
  const inverse = await two.threshold({ level: 'otsu', max: 7, type: 'binary-inverse', threads: 1 })
  t.deepEqual([...(await inverse.toBuffer())], [7, 7, 0, 0, 7])
  const floats = await two.cast('float32').linear({ scale: 0.01 }).threshold('otsu')
  t.deepEqual([...(await pixelsOf(floats)).data], [0, 0, 1, 1, 0])
  const channels = fromBuffer(Uint8Array.of(0, 100, 9, 250, 0, 101), { width: 3, height: 1, channels: 2 })
  t.deepEqual([...(await (await channels.threshold('otsu')).toBuffer())], [0, 0, 255, 255, 0, 0])
})

test('statistics beside files, in one pass', async (t) => {
  const directory = folder(t)
  const image = imageOf(noise(700, 500, 3, 'uint8', 4))
  const edges = image.sobel({ dx: 1 })
  const seen = []
  const found = await write(
    [[edges, stats()], [edges, path.join(directory, 'edges.raw')], [image, histogram()], [edges, histogram({ low: -9, high: 9 })]],
    { onProgress: ({ done, total }) => seen.push([done, total]) },
  )
  t.deepEqual(found.map((one) => one === undefined), [false, true, false, false])
  t.deepEqual(found[0], await edges.stats())
  t.deepEqual([...found[2].all.counts], [...(await image.histogram()).all.counts])
  t.is(found[3].bins, 256)
  t.deepEqual(seen.at(-1), [4 * 700 * 500, 4 * 700 * 500])
  t.is(fs.statSync(path.join(directory, 'edges.raw')).size, 2 * 3 * 700 * 500)
})

test('what cannot be measured is refused', async (t) => {
  const image = imageOf(noise(30, 20, 3))
  const refused = (make, message) => t.throws(make, { code: 'ERR_INVALID_ARGUMENT', message })
  refused(() => image.stats({ bins: 1 }), /expected only signal, onProgress, threads in stats options/)
  refused(() => image.histogram({ bins: 0 }), /for bins/)
  refused(() => histogram({ low: Number.NaN }), /for low/)
  refused(() => write([[image.cast('float32'), histogram()]]), /expected a number for low/)
  refused(() => image.percentile(101), /from 0 to 100 for percent/)
  refused(() => image.normalise({ lower: 60, upper: 40 }), /expected at least lower, 60, for upper/)
  refused(() => image.normalise({ perChannel: 1 }), /perChannel/)
  refused(() => image.threshold({ level: 'otsu', type: 'half' }), /for type/)
  refused(() => image.threshold('half'), /for threshold options/)
  await t.throwsAsync(image.histogram({ low: 5, high: 5 }), { code: 'ERR_INVALID_ARGUMENT', message: /for high/ })
  const { all } = await image.histogram()
  refused(() => all.percentile(-1), /percent/)
  await image.close()
  await t.throwsAsync(async () => image.stats(), { code: 'ERR_CLOSED' })
})

test('abort and progress', async (t) => {
  const image = imageOf(noise(3000, 2000, 1, 'float32', 2)).gaussianBlur({ sigma: 20 })
  const abort = new AbortController()
  const counted = image.histogram({ signal: abort.signal })
  abort.abort(new Error('enough'))
  await t.throwsAsync(counted, { message: 'enough' })
  const fractions = []
  await image.percentile(50, { onProgress: ({ fraction }) => fractions.push(fraction) })
  t.deepEqual(fractions, fractions.toSorted((a, b) => a - b))
  t.is(fractions.at(-1), 1)
  t.true(fractions.includes(0.5))
})

test.serial('counts are within the memory limit', async (t) => {
  const image = imageOf(noise(64, 64, 32, 'uint16', 2))
  const limit = memoryLimit()
  t.teardown(() => memoryLimit(limit))
  memoryLimit(10 * 2 ** 20)
  await t.throwsAsync(image.histogram(), { code: 'ERR_MEMORY_LIMIT' })
  memoryLimit(limit)
  t.is((await image.histogram()).channels.length, 32)
  t.true(counters().active >= 0)
})

test('on the command line', async (t) => {
  const file = path.join(folder(t), 'in.raw')
  const pixels = noise(60, 40, 3)
  fs.writeFileSync(file, pixels.data)
  const args = ['stats', file, '--raw', '60x40x3', 'linear', '--scale', '-1', '--depth', 'int16']
  const words = await cli(args)
  t.is(words.code, 0, words.stderr)
  t.regex(words.stdout, /^channel +min +max +mean +deviation +sum +NaN\n0 +-\d+ at \d+,\d+ +/)
  t.is(words.stdout.split('\n').length, 5)
  const json = await cli([...args, '--json', '!', 'crop', '--width', '30'])
  const expected = await imageOf(pixels).linear({ scale: -1, depth: 'int16' }).crop({ left: 0, top: 0, width: 30, height: 40 }).stats()
  t.deepEqual(JSON.parse(json.stdout), expected)
  t.is((await cli(['stats', file, '--raw', '60x41x3'])).code, 65)
})
