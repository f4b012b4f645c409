/**
 * What is measured. Of a Gaussian, size and sigma are both given, so that all contenders use the same
 * taps; except for 3 and 5 taps, where OpenCV and gigapx derive sigma from the size: OpenCV has its
 * fastest code for those taps, 1 2 1 and 1 4 6 4 1. `sigma` is then the Gaussian that comes nearest,
 * for libvips.
 */

export const STRIPES = 'OpenCV, stripes on all cores'
export const CALL = 'OpenCV, one call'
export const OURS = 'gigapx'

/**
 * A case in memory. `filter` is what OpenCV is told, `variants` are gigapx's ways: each with a name, what
 * it makes of an image, and the ratio to OpenCV that is wanted of it. `output` is the result's depth.
 */
const memory = (name, title, filter, { depth = 'uint8', output = depth, call = CALL, ...rest }, ...variants) => ({
  name, title: `${title}, in memory`, depth, output, filter, call, variants, ...rest,
})

const exact = (make, goal, against = STRIPES) => ({ name: OURS, make, goal, against })

/** A Gaussian that libvips and sharp can be asked for too. */
function gaussian(depth, size, sigma, goal, { more = [], ...rest } = {}) {
  const options = size > 5 ? { sigma, kernelSize: size } : { kernelSize: size }
  const title = `${depth}, Gaussian ${size} x ${size}, sigma ${size > 5 ? sigma : 'by size'}`
  // 0 is "by size" for OpenCV.
  const filter = { name: 'gaussian', size, sigma: size > 5 ? sigma : 0 }
  const settings = { depth, blur: { size, sigma }, ...rest }
  const variants = [exact((image) => image.gaussianBlur(options), goal), ...more]
  return memory(`${depth}-${size}`, title, filter, settings, ...variants)
}

const box = (size) =>
  memory(`box-${size}`, `uint8, box ${size} x ${size}`, { name: 'box', size }, {},
    exact((image) => image.boxBlur({ size }), 3))

/** OpenCV has 16-bit medians up to 5 x 5 only: a larger one has no rival. */
const median = (depth, size, goal, rest = {}) =>
  memory(`median-${depth}-${size}`, `${depth}, median ${size} x ${size}`, { name: 'median', size }, { depth, ...rest },
    exact((image) => image.median({ size }), goal))

const erode = (size, shape, goal) =>
  memory(`erode-${shape}-${size}`, `uint8, erode, ${shape} ${size} x ${size}`, { name: 'erode', size, shape }, {},
    exact((image) => image.erode({ size, shape }), goal))

const fast = (sigma, name, goal) => ({
  name,
  goal,
  against: STRIPES,
  make: (image) => image.gaussianBlur({ sigma, precision: 'fast' }),
})

const sobel = exact((image) => image.sobel({ dx: 1, dy: 0 }), 1.5)
// OpenCV has no such filter: its rival is the sequence of calls, with all its threads.
const unsharp = exact((image) => image.unsharpMask({ sigma: 2 }), 4, 'OpenCV, two calls')
/** The case that is also measured from file to file. */
const common = gaussian('uint8', 11, 2.2, 3, { copy: true })

export const CASES = [
  gaussian('uint8', 3, 0.8, 1.6),
  gaussian('uint8', 5, 1.1, 1.6),
  common,
  gaussian('uint8', 31, 5, 3),
  gaussian('uint8', 121, 20, 3, { slow: true, more: [fast(20, `${OURS}, fast`, 20)] }),
  gaussian('int16', 11, 2.2),
  gaussian('uint16', 11, 2.2, 2.5),
  gaussian('float32', 11, 2.2, 2.5),
  box(11),
  box(101),
  median('uint8', 3, 1.2),
  median('uint8', 5, 2),
  median('uint8', 11, 15, { slow: true }),
  median('uint8', 51, 10, { slow: true }),
  median('uint16', 5, 3),
  {
    name: 'median-uint16-11',
    title: 'uint16, median 11 x 11, in memory',
    alone: true,
    depth: 'uint16',
    output: 'uint16',
    variants: [{ name: OURS, make: (image) => image.median({ size: 11 }), against: STRIPES }],
  },
  erode(3, 'rectangle', 1),
  erode(31, 'rectangle', 2),
  erode(15, 'ellipse', 2),
  memory('sobel-3', 'uint8 to int16, Sobel 3 x 3, dx 1', { name: 'sobel', size: 3 }, { output: 'int16' }, sobel),
  memory('unsharp-2', 'uint8, unsharp mask, sigma 2',
    { name: 'unsharp', size: 13, sigma: 2, amount: 1 }, { call: 'OpenCV, two calls' }, unsharp),
  {
    name: 'fast',
    title: "uint8, cost of 'fast' by sigma (x: to sigma 20), in memory",
    alone: true,
    depth: 'uint8',
    output: 'uint8',
    // The others are measured by the first.
    variants: [20, 5, 50, 100].map((sigma) => fast(sigma, `sigma ${sigma}`)),
  },
  { ...common, name: 'files', title: 'uint8, Gaussian 11 x 11, sigma 2.2, file to file', files: true },
  { name: 'packed', title: 'uint8 RGB, Gaussian 11 x 11, sigma 2.2, TIFF to TIFF', packed: true, blur: common.blur },
  { name: 'graphs', title: 'Graphs: a chain, ten filters at once, windows', graphs: true },
]

/** Bytes of a sample. */
export const BYTES = { uint8: 1, uint16: 2, int16: 2, float32: 4 }

/**
 * The amplitude at which libvips cuts its mask to the radius of this kernel: between those of the last
 * tap that it must keep and the first that it must not.
 */
export function minAmplitude({ size, sigma }) {
  const cut = Math.floor(size / 2) + 0.5
  return Math.exp(-(cut ** 2) / (2 * sigma ** 2))
}
