/** Compares windows of a result with OpenCV. */

import { spawn } from 'node:child_process'

import { root } from '../demo/build.mjs'
import { Failure } from '../demo/failure.mjs'

const WINDOW = { width: 700, height: 500 }
const TILE = 512
const RANDOM = 12

/** The windows to compare: where mistakes would be, and some anywhere. The same for the same size. */
export function chooseWindows({ width, height }) {
  const right = width - WINDOW.width
  const bottom = height - WINDOW.height
  const at = (x, y) => ({ left: clamp(x, right), top: clamp(y, bottom), ...WINDOW })
  const around = (x, y) => at(x - WINDOW.width / 2, y - WINDOW.height / 2)
  // A corner of four tiles, at a fraction of the image's sides.
  const seam = (x, y) => around(Math.round((x * width) / TILE) * TILE, Math.round((y * height) / TILE) * TILE)
  // Where the offset of a pixel in the raw file needs one bit more.
  const offset = (bytes) => around(bytes % width, Math.floor(bytes / width))
  const random = generator(2026)
  return [
    at(0, 0),
    at(right, 0),
    at(0, bottom),
    at(right, bottom),
    at(right / 2, 0),
    at(right / 2, bottom),
    at(0, bottom / 2),
    at(right, bottom / 2),
    seam(0.05, 0.5),
    seam(0.1, 0.1),
    seam(0.25, 0.75),
    seam(0.5, 0.5),
    seam(0.75, 0.25),
    seam(0.9, 0.6),
    // The last seam of each direction, beside tiles that stick out of the image.
    around(Math.floor((width - 1) / TILE) * TILE, height / 3),
    around(width / 3, Math.floor((height - 1) / TILE) * TILE),
    ...[2 ** 31, 2 ** 32].filter((bytes) => bytes < width * height).map(offset),
    ...Array.from({ length: RANDOM }, () => at(random() * right, random() * bottom)),
  ]
}

function clamp(value, most) {
  return Math.max(0, Math.min(Math.round(value), most))
}

/** Numbers from 0 to 1, the same for the same seed. */
function generator(seed) {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** Builds the program that compares, which needs OpenCV. */
export async function buildComparer() {
  await cargo('build')
}

/**
 * Compares windows of `result` with OpenCV's blur of `source`, bare pixels, so many `times`.
 *
 * @returns the windows, each with the number of its samples that differ
 */
export async function compareWindows({ source, size, channels, result, sigma, times, windows }) {
  const args = ['--', source, size.width, size.height, channels, result, sigma, times].map(String)
  const text = windows.map(({ left, top, width, height }) => `${left} ${top} ${width} ${height}\n`).join('')
  const output = await cargo('run', args, text)
  const differing = output.trim().split('\n').map((line) => Number(line.split(' ').at(-1)))
  if (differing.length !== windows.length) {
    throw new Failure(`compared ${differing.length} windows of ${windows.length}`)
  }
  return windows.map((window, index) => ({ ...window, differing: differing[index] }))
}

/** Runs cargo on the program that compares, and gives what it prints. Exit code 1 means differences. */
function cargo(command, args = [], input = '') {
  const words = [command, '--quiet', '--release', '-p', 'gigapx-conformance', '--bin', 'window', ...args]
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-c', '. scripts/opencv-env.sh && exec cargo "$@"', 'bash', ...words], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0 || (code === 1 && output !== '')) {
        resolve(output)
      } else {
        reject(new Failure(`cargo ${words.join(' ')} failed`))
      }
    })
    // It breaks if the program ends before it reads, which its exit code reports.
    child.stdin.on('error', () => {})
    child.stdin.end(input)
  })
}
