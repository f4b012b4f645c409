/** Figures for people. */

const SCALES = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
]

/** `4.8 GB` */
export function bytes(count) {
  const [scale, unit] = SCALES.find(([least]) => count >= least) ?? [1, 'bytes']
  const value = count / scale
  return `${value < 10 && scale > 1 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** `80,000` */
export function integer(count) {
  return Math.round(count).toLocaleString('en-US')
}

/** `80,000 x 60,000` */
export function size({ width, height }) {
  return `${integer(width)} x ${integer(height)}`
}

/** Megapixels a second. */
export function speed({ width, height }, seconds) {
  return `${integer((width * height) / 1e6 / seconds)} MP/s`
}
