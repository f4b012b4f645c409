/** The filters by their definitions: whole image, no tricks, as plainly as it can be said. */

import { ARRAYS } from './pixels.mjs'

/** Every border. */
export const BORDERS = ['reflect101', 'replicate', 'reflect', 'wrap', { constant: 0 }, { constant: 77 }]

/** Every depth. */
export const DEPTHS = Object.keys(ARRAYS)

/** OpenCV's GaussianBlur of uint8 and uint16, in fixed point. */
export function gaussianBlur(image, { sigma, kernelSize, border = 'reflect101' }) {
  const bits = image.depth === 'uint8' ? 8 : 16
  const axis = (name) => {
    const deviation = typeof sigma === 'object' ? sigma[name] : (sigma ?? 0)
    const given = typeof kernelSize === 'object' ? kernelSize[name] : kernelSize
    const size = given ?? rne(deviation * (bits === 8 ? 3 : 4) * 2 + 1) | 1
    return fixedTaps(gaussianTaps(size, deviation), 2 ** bits)
  }
  const [tapsX, tapsY] = [axis('x'), axis('y')]
  const half = 2 ** (2 * bits - 1)
  // Below 2^48: exact in a double.
  return map(correlate(image, product(tapsX, tapsY), border), image.depth, (sum) => Math.floor((sum + half) / (2 * half)))
}

/** OpenCV's blur and boxFilter. */
export function boxBlur(image, { size, normalize = true, depth = image.depth, border }) {
  const [columns, rows] = typeof size === 'object' ? [size.x, size.y] : [size, size]
  const sums = correlate(image, product(ones(columns), ones(rows)), border)
  const divide = normalize ? mean(image.depth, depth, columns * rows) : (sum) => sum
  return map(sums, depth, divide)
}

/** OpenCV's erode, once. The kernel's entries that are 1 are looked at, and nothing outside if that is ignored. */
export function erode(image, options) {
  return extreme(image, options, (a, b) => a < b)
}

/** OpenCV's dilate, once. */
export function dilate(image, options) {
  return extreme(image, options, (a, b) => a > b)
}

/** OpenCV's filter2D, where its sums are exact. */
export function convolve(image, { kernel, scale = 1, offset = 0, depth = image.depth, border }) {
  return map(correlate(image, kernel, border), depth, (sum) => sum * scale + offset)
}

/** OpenCV's sepFilter2D, where its sums are exact. */
export function convolveSeparable(image, { horizontal, vertical, ...rest }) {
  return convolve(image, { kernel: product([...horizontal], [...vertical]), ...rest })
}

/** OpenCV's Sobel, where its sums are exact. */
export function sobel(image, { dx = 0, dy = 0, size = 3, depth = signed(image.depth), ...rest }) {
  return convolve(image, { kernel: product(difference(size, dx), difference(size, dy)), depth, ...rest })
}

/** OpenCV's Scharr, where its sums are exact. */
export function scharr(image, { dx = 0, depth = signed(image.depth), ...rest }) {
  const [along, across] = [[-1, 0, 1], [3, 10, 3]]
  const kernel = dx === 1 ? product(along, across) : product(across, along)
  return convolve(image, { kernel, depth, ...rest })
}

/** OpenCV's Laplacian, where its sums are exact. */
export function laplacian(image, { size = 1, depth = signed(image.depth), ...rest } = {}) {
  const [smooth, second] = [difference(size, 0), difference(size, 2)]
  const small = { 1: [[0, 1, 0], [1, -4, 1], [0, 1, 0]], 3: [[2, 0, 2], [0, -8, 0], [2, 0, 2]] }
  const down = product(smooth, second)
  const kernel = small[size] ?? product(second, smooth).map((row, j) => row.map((tap, i) => tap + down[j][i]))
  return convolve(image, { kernel, depth, ...rest })
}

/** OpenCV's magnitude of float32 derivatives. */
export function gradientMagnitude(image, { operator = 'sobel', size, scale = 1, depth = signed(image.depth), border } = {}) {
  const derivative = operator === 'sobel' ? sobel : scharr
  const [x, y] = [{ dx: 1 }, { dy: 1 }].map((order) =>
    derivative(image, { ...order, size, scale, border, depth: 'float32' }).data)
  // A double holds what is fused here (but for int32, where it may be off once in 2^29), and its root
  // rounds to that of float32.
  const magnitude = (gx, i) => Math.fround(Math.sqrt(Math.fround(gx * gx + Math.fround(y[i] * y[i]))))
  return map({ ...image, data: x }, depth, magnitude)
}

/** OpenCV's addWeighted of an image and its blur, where they differ enough. */
export function unsharpMask(image, blurred, { amount = 1, threshold = 0 }) {
  return map(image, image.depth, (value, i) => {
    const other = blurred.data[i]
    return Math.abs(value - other) < threshold ? value : value * (1 + amount) - other * amount
  })
}

/**
 * The image correlated with a kernel, given by its rows: sums as doubles, which are exact for numbers
 * of few bits.
 */
function correlate(image, kernel, border = 'reflect101') {
  const { width, height, channels, depth, data } = image
  const [middle, centre] = [kernel.length >> 1, kernel[0].length >> 1]
  const constant = typeof border === 'object' ? store(border.constant, depth) : 0
  const sums = new Float64Array(data.length)
  let at = 0
  for (let y = 0; y < height; y++) {
    const rows = kernel.map((_, j) => outside(y + j - middle, height, border))
    for (let x = 0; x < width; x++) {
      const columns = kernel[0].map((_, i) => outside(x + i - centre, width, border))
      for (let c = 0; c < channels; c++, at++) {
        for (const [j, row] of rows.entries()) {
          for (const [i, column] of columns.entries()) {
            const sample = column < 0 || row < 0 ? constant : data[(row * width + column) * channels + c]
            sums[at] += kernel[j][i] * sample
          }
        }
      }
    }
  }
  return { ...image, data: sums }
}

/** The sample of a rank among the sorted samples of a rectangle: of the median unless one is given. */
export function rank(image, { size, index, percentile = 50, border = 'replicate' }) {
  const [columns, rows] = typeof size === 'object' ? [size.x, size.y] : [size, size]
  const at = index ?? rne((percentile / 100) * (columns * rows - 1))
  const { width, height, channels, data } = image
  const constant = typeof border === 'object' ? store(border.constant, image.depth) : undefined
  const result = new ARRAYS[image.depth](data.length)
  for (let y = 0; y < height; y++) {
    const ys = Array.from({ length: rows }, (_, j) => outside(y + j - (rows >> 1), height, border))
    for (let x = 0; x < width; x++) {
      const xs = Array.from({ length: columns }, (_, i) => outside(x + i - (columns >> 1), width, border))
      for (let c = 0; c < channels; c++) {
        const sample = (row, column) => (row < 0 || column < 0 ? constant : data[(row * width + column) * channels + c])
        const samples = Float64Array.from(ys.flatMap((row) => xs.map((column) => sample(row, column))))
        result[(y * width + x) * channels + c] = samples.toSorted()[at]
      }
    }
  }
  return { ...image, data: result }
}

/** The sample under a kernel that is better than all others. */
function extreme(image, { kernel, anchor, border = 'ignore' }, better) {
  const { width, height, channels, depth, data } = image
  const { x: left, y: top } = anchor ?? { x: kernel[0].length >> 1, y: kernel.length >> 1 }
  const constant = typeof border === 'object' ? store(border.constant, depth) : undefined
  const pixels = kernel.flatMap((row, j) => row.flatMap((entry, i) => (entry === 1 ? [[i - left, j - top]] : [])))
  const none = border === 'ignore' ? { constant: 0 } : border
  const result = new ARRAYS[depth](data.length)
  for (const at of data.keys()) {
    const [c, x, y] = [at % channels, Math.floor(at / channels) % width, Math.floor(at / channels / width)]
    let best
    for (const [i, j] of pixels) {
      const [column, row] = [outside(x + i, width, none), outside(y + j, height, none)]
      const sample = column < 0 || row < 0 ? constant : data[(row * width + column) * channels + c]
      if (sample !== undefined && (best === undefined || better(sample, best))) best = sample
    }
    result[at] = best ?? store(better(0, 1) ? Infinity : -Infinity, depth)
  }
  return { ...image, data: result }
}

/** What a function makes of each value, stored as samples of a depth. */
function map(image, depth, change) {
  const data = new ARRAYS[depth](image.data.length)
  image.data.forEach((value, i) => (data[i] = store(change(value, i), depth)))
  return { ...image, depth, data }
}

/** A number as a sample: rounded half to even, and saturated. */
function store(value, depth) {
  if (depth === 'float32') return Math.fround(value)
  const bits = 8 * ARRAYS[depth].BYTES_PER_ELEMENT
  const least = depth.startsWith('u') ? 0 : -(2 ** (bits - 1))
  return Math.min(Math.max(rne(value), least), least + 2 ** bits - 1)
}

/** How OpenCV divides the sum over an area. */
function mean(input, output, area) {
  if (area === 1) return (sum) => sum
  const { fround } = Math
  if (input === 'uint8' && output === 'uint8' && area <= 256) {
    if (area === 2) return (sum) => (sum + 1) >> 1
    const exact = 2 ** 23 / area
    const down = exact - Math.floor(exact) < 0.5
    const [half, factor] = [(area >> 1) + (down ? 1 : 0), Math.floor(exact) + (down ? 0 : 1)]
    return (sum) => Math.floor(((sum + half) * factor) / 2 ** 23)
  }
  const single = { uint8: Infinity, uint16: 2 ** 15, int16: 2 ** 16 }
  return area <= (single[input] ?? 0) ? (sum) => fround(fround(sum) * fround(1 / area)) : (sum) => sum * (1 / area)
}

/** The depth for derivatives of images of a depth. */
function signed(depth) {
  return { uint8: 'int16', int32: 'int32' }[depth] ?? 'float32'
}

/** The taps of a derivative: its order in differences, and sums of neighbours up to the size. */
function difference(size, order) {
  let taps = [1]
  for (let step = 0; step < (size === 1 && order > 0 ? 3 : size) - 1; step++) {
    const sign = step < order ? -1 : 1
    taps = [...taps, 0].map((_, i) => (taps[i - 1] ?? 0) + sign * (taps[i] ?? 0))
  }
  return taps
}

function product(horizontal, vertical) {
  return vertical.map((y) => horizontal.map((x) => x * y))
}

function ones(length) {
  return Array.from({ length }, () => 1)
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
