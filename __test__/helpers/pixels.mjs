/** Pixels to test with, and the definition of the filters, as plainly as it can be said. */

const ARRAYS = {
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
  const at = actual.findIndex((value, i) => value !== expected[i])
  t.is(at, -1, `${message} differs at ${at}: ${actual[at]} instead of ${expected[at]}`)
}

/** OpenCV's GaussianBlur of uint8 and uint16, by its definition: whole image, no tricks. */
export function gaussianBlur(image, { sigma, kernelSize, border = 'reflect101' }) {
  const bits = image.depth === 'uint8' ? 8 : 16
  const axis = (name) => {
    const deviation = typeof sigma === 'object' ? sigma[name] : (sigma ?? 0)
    const given = typeof kernelSize === 'object' ? kernelSize[name] : kernelSize
    const size = given ?? rne(deviation * (bits === 8 ? 3 : 4) * 2 + 1) | 1
    return fixedTaps(gaussianTaps(size, deviation), 2 ** bits)
  }
  const [tapsX, tapsY] = [axis('x'), axis('y')]
  const { width, height, channels, depth, data } = image
  const sample = (x, y, c) => {
    const [column, row] = [outside(x, width, border), outside(y, height, border)]
    return column < 0 || row < 0 ? border.constant : data[(row * width + column) * channels + c]
  }
  const out = new ARRAYS[depth](data.length)
  const half = 2 ** (2 * bits - 1)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        // Below 2^48: exact in a double.
        let sum = half
        for (let j = 0; j < tapsY.length; j++) {
          for (let i = 0; i < tapsX.length; i++) {
            sum += tapsY[j] * tapsX[i] * sample(x + i - (tapsX.length >> 1), y + j - (tapsY.length >> 1), c)
          }
        }
        out[(y * width + x) * channels + c] = Math.floor(sum / (2 * half))
      }
    }
  }
  return { ...image, data: out }
}

/** The coordinate that stands for one outside 0..length-1; -1 for a constant border. */
function outside(at, length, border) {
  let p = at
  while (p < 0 || p >= length) {
    if (typeof border === 'object') return -1
    if (border === 'replicate') p = p < 0 ? 0 : length - 1
    else if (border === 'wrap') p = p < 0 ? p + length : p - length
    else if (border === 'reflect') p = p < 0 ? -1 - p : 2 * length - 1 - p
    else if (length === 1) p = 0
    else p = p < 0 ? -p : 2 * length - 2 - p
  }
  return p
}

function gaussianTaps(size, sigma) {
  const small = { 1: [1], 3: [1, 2, 1], 5: [1, 4, 6, 4, 1], 7: [8, 28, 56, 72, 56, 28, 8], 9: [4, 13, 30, 51, 60, 51, 30, 13, 4] }
  if (sigma <= 0 && size in small) {
    const total = small[size].reduce((a, b) => a + b)
    return small[size].map((tap) => tap / total)
  }
  const s = sigma > 0 ? sigma : size * 0.15 + 0.35
  const radius = size >> 1
  const values = Array.from({ length: radius }, (_, i) => Math.exp(((1 - size + 2 * i) ** 2 * -0.125) / (s * s)))
  const scale = 1 / (2 * values.reduce((a, b) => a + b, 0) + 1)
  const side = values.map((value) => value * scale)
  return [...side, scale, ...side.toReversed()]
}

function fixedTaps(taps, one) {
  const radius = taps.length >> 1
  let error = 0
  const side = taps.slice(0, radius).map((tap) => {
    const wanted = tap * one + error
    error = wanted - rne(wanted)
    return rne(wanted)
  })
  return [...side, one - 2 * side.reduce((a, b) => a + b, 0), ...side.toReversed()]
}

/** Rounds half to even. */
function rne(x) {
  const floor = Math.floor(x)
  const rest = x - floor
  if (rest !== 0.5) return Math.round(x)
  return floor % 2 === 0 ? floor : floor + 1
}
