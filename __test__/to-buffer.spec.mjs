import { constants } from 'node:buffer'
import { createRequire } from 'node:module'

import test from 'ava'
import { fromBuffer, openRaw } from 'gigapx'

import { folder, sparse } from './helpers/files.mjs'
import { noise, same } from './helpers/pixels.mjs'

// Only the raw binding knows addresses.
const { addressOf } = createRequire(import.meta.url)('../index.js')

test('a result is a Buffer over native memory', async (t) => {
  const { width, height, data } = noise(4_000, 3_000)
  const image = fromBuffer(data, { width, height })
  const before = process.memoryUsage()
  const result = await image.toBuffer()
  const after = process.memoryUsage()
  t.true(Buffer.isBuffer(result))
  same(t, result, data)
  // The ArrayBuffer is exactly the result: neither a slice of something nor a copy in a pool.
  t.is(result.byteOffset, 0)
  t.is(result.buffer.byteLength, data.length)
  t.is(addressOf(result), addressOf(new Uint8Array(result.buffer)))
  t.true(after.arrayBuffers - before.arrayBuffers <= data.length)
  result.fill(1)
  t.true(result.every((value) => value === 1))
})

test('into: the memory is filled in place, and is the result', async (t) => {
  const { width, height, data } = noise(130, 90, 1, 'float32')
  const image = fromBuffer(data, { width, height })
  const into = new Float32Array(data.length)
  const address = addressOf(new Uint8Array(into.buffer))
  t.is(await image.toBuffer({ into }), into)
  t.is(addressOf(new Uint8Array(into.buffer)), address)
  same(t, into, data)

  const bytes = Buffer.alloc(data.byteLength)
  t.is(await image.toBuffer({ into: bytes }), bytes)
  same(t, new Float32Array(new Uint8Array(bytes).buffer), data)

  const view = new DataView(new ArrayBuffer(data.byteLength + 16), 8, data.byteLength)
  t.is(await image.toBuffer({ into: view }), view)
  same(t, new Float32Array(view.buffer, 8, data.length), data)
  t.is(view.buffer.byteLength, data.byteLength + 16)
  t.deepEqual([new Float64Array(view.buffer, 0, 1)[0], view.getFloat32(data.byteLength - 4, true)], [0, data.at(-1)])
})

test('into: other memory is refused', (t) => {
  const image = fromBuffer(new Uint16Array(4), { width: 2, height: 2 })
  const refused = (into, message) => t.throws(() => image.toBuffer({ into }), { code: 'ERR_INVALID_ARGUMENT', message })
  refused(new Uint16Array(3), /expected memory of 8 bytes for into but received '6 bytes'/)
  refused(new Uint16Array(5), /for into/)
  refused(new ArrayBuffer(8), /for into/)
  refused([1, 2, 3, 4], /for into/)
  refused(new Uint8Array(new SharedArrayBuffer(8)), /not shared/)
  refused(new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 })), /fixed size/)
  refused(new Uint8Array(new ArrayBuffer(9), 1), /aligned to 2 bytes/)
})

test('into: memory that is read or written is refused', async (t) => {
  const memory = new Uint8Array(32)
  const source = memory.subarray(0, 16)
  const image = fromBuffer(source, { width: 4, height: 4 }).gaussianBlur({ sigma: 1 })
  const refused = { code: 'ERR_INVALID_ARGUMENT', message: /for into/ }
  t.throws(() => image.toBuffer({ into: source }), refused)
  t.throws(() => image.toBuffer({ into: memory.subarray(15, 31) }), refused)
  const beside = memory.subarray(16)
  const first = image.toBuffer({ into: beside })
  t.throws(() => image.toBuffer({ into: beside }), refused)
  const reader = fromBuffer(beside, { width: 4, height: 4 })
  t.throws(() => reader.toBuffer(), { code: 'ERR_INVALID_ARGUMENT', message: /for the image/ })
  await first
  await image.toBuffer({ into: beside })
  await reader.toBuffer()
})

test('what no Buffer holds is refused, with the ways out', async (t) => {
  // One row more than the limit of Node 20; that of later versions is out of reach of any file.
  const side = 65_536
  const file = sparse(`${folder(t)}/in.raw`, side)
  const height = Math.floor(constants.MAX_LENGTH / side) + 1
  t.true(height > 65_536)
  const layout = { width: side, height, channels: 1, rowStride: side }
  await t.throwsAsync(openRaw(file, layout), { code: 'ERR_CORRUPT_INPUT' })
  if (constants.MAX_LENGTH > 2 ** 32) {
    return
  }
  const large = await openRaw(sparse(file, side * height), layout)
  const advice = { code: 'ERR_BUFFER_TOO_LARGE', message: /toFile.*tiles/ }
  t.throws(() => large.toBuffer(), advice)
  t.throws(() => large.tiles({ width: side, height }), advice)
  const [, tile] = [large.tiles({ width: side, height: 1 }), await large.crop({ left: 0, top: height - 1, width: 2, height: 1 }).toBuffer()]
  t.deepEqual([...tile], [0, 0])
})
