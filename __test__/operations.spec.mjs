/** Point operations and geometry: what each method makes of small images, by hand or in plain JavaScript. */

import test from 'ava'
import { fromBuffer, join } from 'gigapx'

import { imageOf, pixelsOf } from './helpers/filtering.mjs'
import { noise, same } from './helpers/pixels.mjs'

const LIMITS = {
  uint8: [0, 255],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  int32: [-2_147_483_648, 2_147_483_647],
}
const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
}

/** Half to even, and saturated. */
function cast(value, depth) {
  if (depth === 'float32') return Math.fround(value)
  const floor = Math.floor(value)
  const rest = value - floor
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor
  const [low, high] = LIMITS[depth]
  return Math.min(Math.max(rounded, low), high)
}

const row = (depth, ...data) =>
  fromBuffer(ARRAYS[depth].from(data), { width: data.length, height: 1, depth })

async function samples(image) {
  const bytes = await image.toBuffer()
  return [...new ARRAYS[image.depth](bytes.buffer, bytes.byteOffset, image.width * image.height * image.channels)]
}

const equals = async (t, image, ...expected) => t.deepEqual(await samples(image), expected)

test('by hand: one image', async (t) => {
  const bytes = row('uint8', 0, 1, 100, 200, 255)
  await equals(t, bytes.linear({ scale: 0.5, offset: 1 }), 1, 2, 51, 101, 128)
  await equals(t, bytes.linear({ scale: -1, depth: 'int16' }), 0, -1, -100, -200, -255)
  await equals(t, row('int16', -300, -1, 0, 300).cast('uint8'), 0, 0, 0, 255)
  await equals(t, row('float32', 0.5, 1.5, -0.5).cast('int32'), 0, 2, 0)
  await equals(t, row('int16', -32_768, -5, 5).abs(), 32_767, 5, 5)
  await equals(t, bytes.negate(), 255, 254, 155, 55, 0)
  await equals(t, row('int16', -32_768, 5).negate(), 32_767, -5)
  await equals(t, bytes.gamma(2), 0, 0, 39, 157, 255)
  await equals(t, bytes.pow(2), 0, 1, 10_000, 40_000, 65_025)
  await equals(t, row('uint8', 0, 1, 4, 9).sqrt({ depth: 'uint8' }), 0, 1, 2, 3)
  await equals(t, row('float32', 1).log(), 0)
  await equals(t, row('float32', 0).exp(), 1)
  await equals(t, bytes.clamp({ min: 10, max: 150 }), 10, 10, 100, 150, 150)
  await equals(t, bytes.clamp({ max: 150 }), 0, 1, 100, 150, 150)
  await equals(t, bytes.threshold(100), 0, 0, 0, 255, 255)
  await equals(t, bytes.threshold({ level: 100, max: 7, type: 'binary-inverse' }), 7, 7, 7, 0, 0)
  await equals(t, bytes.threshold({ level: 100, type: 'truncate' }), 0, 1, 100, 100, 100)
  await equals(t, bytes.threshold({ level: 99.5, type: 'to-zero' }), 0, 0, 100, 200, 255)
  await equals(t, bytes.threshold({ level: 100, type: 'to-zero-inverse' }), 0, 1, 100, 0, 0)
  await equals(t, bytes.lut(Array.from({ length: 256 }, (_, i) => 2 * i), { depth: 'uint16' }), 0, 2, 200, 400, 510)
  await equals(t, bytes.not(), 255, 254, 155, 55, 0)
})

test('by hand: two images, or one and a constant', async (t) => {
  const [a, b] = [row('uint8', 10, 200, 0), row('uint8', 20, 100, 5)]
  await equals(t, a.add(b), 30, 255, 5)
  await equals(t, a.add(60), 70, 255, 60)
  await equals(t, a.subtract(b), 0, 100, 0)
  await equals(t, a.subtract(b, { depth: 'int16' }), -10, 100, -5)
  await equals(t, a.multiply(b, { scale: 0.1 }), 20, 255, 0)
  await equals(t, b.divide(a, { scale: 2 }), 4, 1, 0)
  await equals(t, a.absDiff(b), 10, 100, 5)
  await equals(t, a.min(b), 10, 100, 0)
  await equals(t, a.max(15), 15, 200, 15)
  await equals(t, a.blend(b), 15, 150, 2)
  await equals(t, a.blend(b, { alpha: 1, beta: -1, gamma: 50 }), 40, 150, 45)
  await equals(t, a.equal(10), 255, 0, 0)
  await equals(t, a.notEqual(10), 0, 255, 255)
  await equals(t, a.less(b), 255, 0, 255)
  await equals(t, a.lessEqual(a), 255, 255, 255)
  await equals(t, a.greater(b), 0, 255, 0)
  await equals(t, a.greaterEqual(200), 0, 255, 0)
  await equals(t, a.and(12), 8, 8, 0)
  await equals(t, a.or(b), 30, 236, 5)
  await equals(t, a.xor(255), 245, 55, 255)
  await equals(t, a.greater(b).select(a, b), 20, 200, 5)
})

test('by hand: channels', async (t) => {
  const rgb = fromBuffer(Uint8Array.of(10, 20, 30, 255, 0, 128), { width: 2, height: 1, channels: 3 })
  await equals(t, rgb.extractChannel(1), 20, 0)
  await equals(t, rgb.recombine([[0, 0, 1], [1, 0, 0]]), 30, 10, 128, 255)
  await equals(t, rgb.recombine([[0.5, 0.5, 0, 3]]), 18, 130)
  await equals(t, rgb.grayscale(), 18, 91)
  await equals(t, rgb.linear({ scale: [1, 2, 0] }), 10, 40, 0, 255, 0, 0)
  const [red, blue] = [rgb.extractChannel(0), rgb.extractChannel(2)]
  await equals(t, red.joinChannels(blue), 10, 30, 255, 128)
  await equals(t, rgb.multiply(red.greater(100).linear({ scale: 1 / 255 })), 0, 0, 0, 255, 0, 128)
})

for (const depth of Object.keys(ARRAYS)) {
  test(`${depth}: chains are their steps`, async (t) => {
    const image = noise(301, 53, 3, depth, 3)
    const scale = 1.25
    const chain = imageOf(image).linear({ scale, offset: 3 }).absDiff(7).linear({ scale: 0.5 }).min(90)
    const data = image.data.map((sample) => {
      const first = cast(Math.fround(sample * scale + 3), depth)
      const second = cast(Math.abs(first - 7), depth)
      return Math.min(cast(Math.fround(second * 0.5), depth), 90)
    })
    if (depth === 'int32') {
      // Plain JavaScript above rounds where int32 does not.
      t.is((await pixelsOf(chain)).data.length, data.length)
    } else {
      same(t, (await pixelsOf(chain)).data, data, depth)
    }
  })
}

test('images that branch and join are computed as they are step by step', async (t) => {
  const image = noise(200, 150, 3, 'uint8', 8)
  const source = imageOf(image)
  const [fine, rough] = [source.gaussianBlur({ sigma: 1 }), source.gaussianBlur({ sigma: 3, border: 'wrap' })]
  const whole = async (made) => imageOf(await pixelsOf(made))
  const [first, second] = [await whole(fine), await whole(rough)]
  const expected = await pixelsOf(first.absDiff(second).linear({ scale: 4 }))
  same(t, (await pixelsOf(fine.absDiff(rough).linear({ scale: 4 }))).data, expected.data, 'uint8')
  const sharpened = await pixelsOf(fine.subtract(rough).add(fine).boxBlur({ size: 5 }).flip())
  const steps = await whole(first.subtract(second).add(first))
  same(t, sharpened.data, (await pixelsOf((await whole(steps.boxBlur({ size: 5 }))).flip())).data, 'uint8')
})

test('flips and turns', async (t) => {
  const image = fromBuffer(Uint8Array.of(1, 2, 3, 4, 5, 6), { width: 3, height: 2 })
  await equals(t, image.flip(), 4, 5, 6, 1, 2, 3)
  await equals(t, image.flop(), 3, 2, 1, 6, 5, 4)
  await equals(t, image.rotate90(), 4, 1, 5, 2, 6, 3)
  await equals(t, image.rotate90(2), 6, 5, 4, 3, 2, 1)
  await equals(t, image.rotate90(-1), 3, 6, 2, 5, 1, 4)
  await equals(t, image.rotate90(-4), 1, 2, 3, 4, 5, 6)
  await equals(t, image.transpose(), 1, 4, 2, 5, 3, 6)
  t.deepEqual([image.rotate90().width, image.rotate90().height], [2, 3])
})

test('more around', async (t) => {
  const image = fromBuffer(Uint8Array.of(1, 2, 3), { width: 3, height: 1 })
  await equals(t, image.pad({ left: 2, right: 1 }), 0, 0, 1, 2, 3, 0)
  await equals(t, image.pad({ left: 2, right: 1, border: 'reflect101' }), 3, 2, 1, 2, 3, 2)
  await equals(t, image.pad({ left: 4, border: 'wrap' }), 3, 1, 2, 3, 1, 2, 3)
  await equals(t, image.pad(1), 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0)
})

test('a mosaic of many', async (t) => {
  const places = Array.from({ length: 2500 }, (_, i) => ({
    image: fromBuffer(Uint8Array.of(i % 251, i % 241, i % 239, i % 233), { width: 2, height: 2 }),
    left: 2 * (i % 50),
    top: 2 * Math.floor(i / 50),
  }))
  const mosaic = join(places)
  t.deepEqual([mosaic.width, mosaic.height], [100, 100])
  const data = await samples(mosaic)
  for (const [i, { left, top }] of places.entries()) {
    t.is(data[top * 100 + left], i % 251)
    t.is(data[(top + 1) * 100 + left + 1], i % 233)
  }
  const [one] = places
  const canvas = join([{ image: one.image, left: -1, top: 1 }], { width: 3, height: 3, background: 9 })
  await equals(t, canvas, 9, 9, 9, 0, 9, 9, 0, 9, 9)
})

test('what does not fit is refused', (t) => {
  const image = row('uint8', 1, 2, 3)
  const refused = (make, message) => t.throws(make, { code: 'ERR_INVALID_ARGUMENT', message })
  refused(() => image.add(row('uint8', 1)), 'expected an image of 3 x 1 pixels for other but received 1 x 1')
  refused(() => image.add(row('int16', 1, 2, 3)), /cast/)
  refused(() => image.add('3'), /expected a number.*received '3'/)
  refused(() => image.linear({ scale: Number.NaN }), 'expected a number for scale but received NaN')
  refused(() => image.linear({ scale: [1, 2] }), /scale/)
  refused(() => image.linear({ factor: 2 }), /expected only scale, offset, depth/)
  refused(() => image.cast('float64'), /depth/)
  refused(() => image.threshold({ level: 3, type: 'zero' }), /type/)
  refused(() => image.lut([1, 2, 3]), /table/)
  refused(() => image.recombine([]), /matrix/)
  refused(() => image.extractChannel(1), 'expected an integer from 0 to 0 for channel but received 1')
  refused(() => row('float32', 1).and(1), /depth/)
  refused(() => image.pad({ left: -1 }), 'expected an integer of 0 or more for left but received -1')
  refused(() => image.rotate90(0.5), /turns/)
  refused(() => join([]), /places/)
  refused(() => join([{ image }, { image: row('int16', 1) }]), /images/)
  refused(() => image.select(image, 3), /expected an Image/)
})

test('closed images are refused', async (t) => {
  const [image, other] = [row('uint8', 1), row('uint8', 2)]
  await other.close()
  t.throws(() => image.add(other), { code: 'ERR_CLOSED' })
  t.throws(() => join([{ image: other }]), { code: 'ERR_CLOSED' })
})

test('memory that any of the images comes from cannot be written to', async (t) => {
  const memory = new Uint8Array(4)
  const image = row('uint8', 1, 2, 3, 4).add(fromBuffer(memory, { width: 4, height: 1 }))
  await t.throwsAsync(async () => image.toBuffer({ into: memory }), { code: 'ERR_INVALID_ARGUMENT' })
})
