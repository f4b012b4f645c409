/**
 * Blurs a gigapixel image, out of core, and shows what that takes.
 *
 *     npm run demo                  # 20,000 x 15,000 pixels
 *     npm run demo -- --full        # 80,000 x 60,000
 *     npm run demo -- --out DIR     # instead of demo-output/
 *
 * Builds what is missing first. The input is made once and then reused.
 */

import { mkdir, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { ensureBuilt, root } from './demo/build.mjs'
import { runMain } from './demo/failure.mjs'
import * as format from './demo/format.mjs'
import { watchMemory } from './demo/memory.mjs'
import { isMade, makeMosaic, cellCentre, requireSpace } from './demo/mosaic.mjs'
import { writePreview } from './demo/preview.mjs'
import { withBar } from './demo/progress.mjs'

const SIZE = { width: 20_000, height: 15_000 }
const FULL_SIZE = { width: 80_000, height: 60_000 }
const SIGMA = 2.2
/** What the preview magnifies, in fractions of the sides: a place that is neither dark nor bright. */
const SHOWN = { x: 0.76, y: 0.44 }
/** Bytes beside the pixels: the preview, the tiles that stick out of the image. */
const SPARE = 100e6

await runMain('demo', demo)

async function demo(signal) {
  const { values } = parseArgs({ options: { full: { type: 'boolean' }, out: { type: 'string' } } })
  const size = values.full ? FULL_SIZE : SIZE
  const folder = values.out === undefined ? join(root, 'demo-output') : resolve(values.out)
  await ensureBuilt()
  signal.throwIfAborted()
  await mkdir(folder, { recursive: true })
  const input = join(folder, `input-${size.width}x${size.height}.raw`)
  await makeInput(input, size, signal)
  const output = join(folder, 'blurred.tif')
  await blur({ input, output, size, signal })
  await preview({ input, output, size, path: join(folder, 'preview.png'), signal })
}

async function makeInput(path, size, signal) {
  const pixels = size.width * size.height
  const made = await isMade(path, size)
  // The result replaces the last run's when it is complete, so both need space for a moment.
  await requireSpace(resolve(path, '..'), pixels * (made ? 1 : 2) + SPARE)
  if (made) {
    console.log(`Reusing ${shown(path)}`)
    return
  }
  console.log(`Making ${shown(path)}: ${format.size(size)} uint8, ${format.bytes(pixels)}`)
  await withBar('mosaic', pixels, (onPixels) => makeMosaic(path, size, { signal, onPixels }))
}

async function blur({ input, output, size, signal }) {
  // Imported late: there was nothing to import before the build.
  const { concurrency, openRaw, simd } = await import('gigapx')
  console.log(`Blurring it into ${shown(output)}`)
  const endWatch = watchMemory()
  const image = await openRaw(input, size)
  const seconds = await withBar('blur', size.width * size.height, (onPixels) =>
    image
      .gaussianBlur({ sigma: SIGMA })
      .toFile(output, { onProgress: ({ done }) => onPixels(done), signal }),
  )
  const memory = endWatch()
  const written = await stat(output)
  const rows = [
    ['image', `${format.size(size)} uint8, ${format.integer((size.width * size.height) / 1e6)} megapixels`],
    ['filter', `Gaussian blur, sigma ${SIGMA}, the same bytes as OpenCV's`],
    ['output', `${format.bytes(written.size)}, a tiled TIFF`],
    ['time', `${seconds.toFixed(2)} s from file to file, safe on the disk`],
    ['speed', format.speed(size, seconds)],
    ['engine', `${concurrency()} threads, SIMD ${simd()}`],
    ['memory', memoryWords(memory)],
  ]
  console.log(rows.map(([name, words]) => `  ${name.padEnd(8)} ${words}`).join('\n'))
}

function memoryWords({ anonymous, resident }) {
  return anonymous === undefined
    ? `${format.bytes(resident)} resident at most; this system does not tell how much of it is page cache`
    : `${format.bytes(anonymous)} at most, Node included, and mapped page cache ` +
        `that the system takes back at need (${format.bytes(resident)} resident at most)`
}

async function preview({ input, output, size, path, signal }) {
  const { open, openRaw } = await import('gigapx')
  console.log('Drawing the preview ...')
  await writePreview(path, {
    before: await openRaw(input, size),
    after: await open(output),
    centre: await cellCentre(size, SHOWN),
    filter: `gaussianBlur({ sigma: ${SIGMA} })`,
    signal,
  })
  console.log(`Look at ${shown(path)}`)
}

/** A path as the user would type it. */
function shown(path) {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') ? path : short
}
