/**
 * What is measured. Size and sigma are both given, so that all contenders use the same taps; except for
 * 3 and 5 taps, where OpenCV and gigapx derive sigma from the size: OpenCV has its fastest code for
 * those taps, 1 2 1 and 1 4 6 4 1. `sigma` is then the Gaussian that comes nearest, for libvips.
 */

const memory = (depth, size, sigma) => ({
  name: `${depth}-${size}`,
  title: `${depth}, ${size} x ${size}, sigma ${size > 5 ? sigma : 'by size'}, in memory`,
  depth,
  size,
  sigma,
  /** What gigapx is given. */
  options: size > 5 ? { sigma, kernelSize: size } : { kernelSize: size },
  /** What OpenCV is given; 0 is "by size". */
  blur: { size, sigma: size > 5 ? sigma : 0 },
})

export const CASES = [
  memory('uint8', 3, 0.8),
  memory('uint8', 5, 1.1),
  memory('uint8', 11, 2.2),
  memory('uint8', 31, 5),
  memory('uint16', 11, 2.2),
  memory('float32', 11, 2.2),
  {
    ...memory('uint8', 11, 2.2),
    name: 'files',
    title: 'uint8, 11 x 11, sigma 2.2, file to file',
    files: true,
  },
]

/** Bytes of a sample. */
export const BYTES = { uint8: 1, uint16: 2, float32: 4 }

/**
 * The amplitude at which libvips cuts its mask to the radius of this kernel: between those of the last
 * tap that it must keep and the first that it must not.
 */
export function minAmplitude({ size, sigma }) {
  const cut = Math.floor(size / 2) + 0.5
  return Math.exp(-(cut ** 2) / (2 * sigma ** 2))
}
