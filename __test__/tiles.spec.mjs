import test from 'ava'
import { concurrency, counters, fromBuffer, memoryLimit } from 'gigapx'

import { until } from './helpers/files.mjs'
import { cut, noise, same, samples } from './helpers/pixels.mjs'

test.serial('tiles cover the image, row by row from the top left', async (t) => {
  const image = noise(100, 70, 3, 'uint16')
  const places = []
  for await (const tile of fromBuffer(image.data, { width: 100, height: 70, channels: 3 }).tiles({ width: 40, height: 32 })) {
    t.like(tile, { channels: 3, depth: 'uint16', rowStride: tile.width * 6 })
    t.true(Buffer.isBuffer(tile.data))
    same(t, samples(tile.data, 'uint16'), cut(image, tile).data)
    places.push([tile.left, tile.top, tile.width, tile.height])
  }
  t.deepEqual(places, [
    [0, 0, 40, 32], [40, 0, 40, 32], [80, 0, 20, 32],
    [0, 32, 40, 32], [40, 32, 40, 32], [80, 32, 20, 32],
    [0, 64, 40, 6], [40, 64, 40, 6], [80, 64, 20, 6],
  ])
})

test.serial('each tile is memory of its own', async (t) => {
  const image = noise(64, 64)
  const tiles = []
  for await (const tile of fromBuffer(image.data, { width: 64, height: 64 }).tiles({ width: 16, height: 16 })) {
    tiles.push(tile)
  }
  t.is(new Set(tiles.map((tile) => tile.data.buffer)).size, 16)
  for (const tile of tiles) {
    same(t, tile.data, cut(image, tile).data)
  }
})

// Alone, since it reads the counters of the process.
test.serial('the work waits for whoever takes the tiles', async (t) => {
  const side = 256
  const { data } = noise(4096, 4096)
  let done = 0
  const options = { width: side, height: side, onProgress: (event) => (done = event.done) }
  await until(() => counters().jobs === 0)
  const tiles = fromBuffer(data, { width: 4096, height: 4096 }).gaussianBlur({ sigma: 2 }).tiles(options)
  t.is(counters().jobs, 0, 'nothing runs before the first tile is asked for')
  let taken = 0
  let most = 0
  for await (const tile of tiles) {
    t.is(tile.width, side)
    taken++
    if (taken === 1 || taken === 100) {
      // Idle: whatever runs ahead has run.
      await until(() => counters().active === 0)
      await new Promise((resolve) => setTimeout(resolve, 50))
      most = Math.max(most, done / side ** 2 - taken)
      t.true(counters().held <= memoryLimit())
    }
  }
  t.is(taken, 256)
  t.is(done, 4096 ** 2)
  t.log(`at most ${most} tiles ahead with ${concurrency()} threads`)
  t.true(most <= concurrency() + 1)
})

test.serial('leaving the loop ends the work', async (t) => {
  const { data } = noise(2048, 2048)
  const image = fromBuffer(data, { width: 2048, height: 2048 }).gaussianBlur({ sigma: 2 })
  for await (const tile of image.tiles({ width: 128, height: 128 })) {
    t.is(tile.left, 0)
    break
  }
  await until(() => counters().jobs === 0)
  await t.throwsAsync(
    async () => {
      for await (const tile of image.tiles({ width: 128, height: 128 })) {
        throw new Error(`at ${tile.left}`)
      }
    },
    { message: 'at 0' },
  )
  await until(() => counters().jobs === 0)
  // One that was never begun has nothing to end.
  await image.tiles({ width: 128, height: 128 }).return()
  t.is(counters().jobs, 0)
})

test.serial('an abort ends the iteration with the reason', async (t) => {
  const { data } = noise(2048, 2048)
  const image = fromBuffer(data, { width: 2048, height: 2048 }).gaussianBlur({ sigma: 2 })
  const controller = new AbortController()
  const reason = new Error('enough')
  let taken = 0
  const error = await t.throwsAsync(async () => {
    for await (const tile of image.tiles({ width: 128, height: 128, signal: controller.signal })) {
      t.is(tile.width, 128)
      if (++taken === 3) controller.abort(reason)
    }
  })
  t.is(error, reason)
  t.is(taken, 3)
  const again = image.tiles({ width: 128, height: 128, signal: controller.signal })
  t.is(await t.throwsAsync(again.next()), reason)
  t.deepEqual(await again.next(), { done: true, value: undefined })
})

test.serial('a progress callback that throws ends the iteration', async (t) => {
  const { data } = noise(512, 512)
  const reason = new Error('no progress')
  const onProgress = () => {
    throw reason
  }
  const error = await t.throwsAsync(async () => {
    for await (const tile of fromBuffer(data, { width: 512, height: 512 }).tiles({ width: 16, height: 16, onProgress })) {
      t.is(tile.width, 16)
    }
  })
  t.is(error, reason)
})
