import test from 'ava'
import { fromBuffer } from 'gigapx'

import { bytes, noise, same, samples } from './helpers/pixels.mjs'

test('the depth is that of the array', async (t) => {
  for (const depth of ['uint8', 'uint16', 'int16', 'int32', 'float32']) {
    const { width, height, channels, data } = noise(13, 7, 2, depth)
    const image = fromBuffer(data, { width, height, channels })
    t.is(image.depth, depth)
    same(t, samples(await image.toBuffer(), depth), data, depth)
  }
})

test('bytes hold any depth', async (t) => {
  const { width, height, data } = noise(13, 7, 1, 'float32')
  for (const view of [bytes(data), new Uint8ClampedArray(data.buffer)]) {
    const image = fromBuffer(view, { width, height, depth: 'float32' })
    same(t, samples(await image.toBuffer(), 'float32'), data)
  }
  t.is(fromBuffer(bytes(data), { width, height }).depth, 'uint8')
})

test('bytes need not be aligned', async (t) => {
  const { width, height, data } = noise(13, 7, 1, 'float32')
  const shifted = Buffer.alloc(data.byteLength + 1)
  bytes(data).copy(shifted, 1)
  const image = fromBuffer(shifted, { width, height, depth: 'float32', offset: 1 })
  same(t, samples(await image.toBuffer(), 'float32'), data)
})

test('a view of a part of memory, with an offset and a row stride', async (t) => {
  const data = new Uint16Array(32).map((_, i) => i)
  const image = fromBuffer(data.subarray(2), { width: 2, height: 3, offset: 4, rowStride: 12 })
  same(t, samples(await image.toBuffer(), 'uint16'), Uint16Array.of(4, 5, 10, 11, 16, 17))
})

test('memory is not copied: a job sees what was written after the image was made', async (t) => {
  const data = new Uint8Array(16)
  const image = fromBuffer(data, { width: 4, height: 4 })
  data.fill(7)
  t.true((await image.toBuffer()).every((value) => value === 7))
})

test('memory cannot be taken away', async (t) => {
  const data = new Uint8Array(16).fill(5)
  const image = fromBuffer(data, { width: 4, height: 4 })
  try {
    // Node 20 clones what is not transferable, later ones throw.
    structuredClone(data, { transfer: [data.buffer] })
  } catch (error) {
    t.is(error.name, 'DataCloneError')
  }
  t.is(data.length, 16)
  t.true((await image.toBuffer()).every((value) => value === 5))
})

test('memory outlives its last reference in JavaScript', async (t) => {
  const make = () => fromBuffer(new Uint8Array(1 << 22).fill(9), { width: 2048, height: 2048 }).gaussianBlur({ sigma: 1 })
  const images = Array.from({ length: 8 }, make)
  for (let i = 0; i < 20; i++) {
    // Something for the collector to do.
    t.is(new Uint8Array(1 << 22).length, 1 << 22)
  }
  globalThis.gc?.()
  for (const image of images) {
    t.true((await image.toBuffer()).every((value) => value === 9))
  }
})

test('memory that can move or is shared is refused', (t) => {
  const layout = { width: 2, height: 2 }
  const refused = (data, message) => t.throws(() => fromBuffer(data, layout), { code: 'ERR_INVALID_ARGUMENT', message })
  refused(new Uint8Array(new SharedArrayBuffer(4)), /not shared/)
  refused(new Uint8Array(new ArrayBuffer(4, { maxByteLength: 8 })), /fixed size/)
  const moved = new Uint8Array(4)
  structuredClone(moved, { transfer: [moved.buffer] })
  refused(moved, /not been transferred for data/)
  refused(new Float64Array(4), /Float32Array or Buffer for data/)
  refused(new DataView(new ArrayBuffer(4)), /for data/)
  refused([1, 2, 3, 4], /for data/)
  refused(new Uint8Array(3), /expected 4 bytes or more for data but received '3 bytes'/)
  t.throws(() => fromBuffer(new Uint16Array(4), { ...layout, depth: 'float32' }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: "expected 'uint16', which the array holds, for depth but received 'float32'",
  })
})
