/** Pixels to test with. */

/** The array that holds samples of a depth. */
export const ARRAYS = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
}

/** Pixels that a seed determines: `{ width, height, channels, depth, data }`. */
export function noise(width, height, channels = 1, depth = 'uint8', seed = 1) {
  const data = new ARRAYS[depth](width * height * channels)
  let state = seed
  for (let i = 0; i < data.length; i++) {
    // xorshift32
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    data[i] = depth === 'float32' ? state / 2 ** 31 : state
  }
  return { width, height, channels, depth, data }
}

/**
 * As {@link noise}, but float32 samples are multiples of 1/16 below 128: sums of them under small whole
 * numbers are exact in float32, so that every order of adding gives the same.
 */
export function coarse(width, height, channels = 1, depth = 'uint8', seed = 1) {
  const image = noise(width, height, channels, depth, seed)
  if (depth === 'float32') {
    image.data.forEach((value, i, data) => (data[i] = Math.round(value * 2048) / 16))
  }
  return image
}

/** The bytes of a typed array. */
export function bytes(view) {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength)
}

/** A typed array of a depth over bytes. */
export function samples(buffer, depth) {
  const copy = new Uint8Array(buffer)
  return new ARRAYS[depth](copy.buffer)
}

/** A part of pixels. */
export function cut({ width, channels, depth, data }, { left, top, width: columns, height: rows }) {
  const out = new ARRAYS[depth](columns * rows * channels)
  for (let y = 0; y < rows; y++) {
    const start = ((top + y) * width + left) * channels
    out.set(data.subarray(start, start + columns * channels), y * columns * channels)
  }
  return { width: columns, height: rows, channels, depth, data: out }
}

/** Asserts that two arrays hold the same samples, and says where they do not. */
export function same(t, actual, expected, message = '') {
  t.is(actual.length, expected.length, `${message} length`)
  const at = actual.findIndex((value, i) => value !== expected[i] && !(Number.isNaN(value) && Number.isNaN(expected[i])))
  t.is(at, -1, `${message} differs at ${at}: ${actual[at]} instead of ${expected[at]}`)
}
