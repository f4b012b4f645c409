/**
 * Writes DeepZoom images of every kind and has other programs read them: `node scripts/deepzoom.mjs [PYTHON]`.
 *
 * Uses `vips dzsave`, whose files must have the same names and sizes, and Python's zipfile; also Pillow, if
 * that Python has it. Says which are missing.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { fromBuffer } from 'gigapx'

/** Smooth pixels with some noise. */
function picture(width, height, channels) {
  const data = new Uint8Array(width * height * channels)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const pixel = Math.floor(i / channels)
    data[i] = 120 + 100 * Math.sin((pixel % width) / 50 + (i % channels)) * Math.cos(Math.floor(pixel / width) / 40) + (state >>> 29)
  }
  return { width, height, channels, data }
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'gigapx-deepzoom-'))
const hasVips = spawnSync('vips', ['--version']).status === 0
if (!hasVips) {
  process.stdout.write('not compared with vips, which is missing\n')
}

const at = (name) => path.join(directory, name)

function vips(...args) {
  const { status, stderr } = spawnSync('vips', args.map(String), { encoding: 'utf8' })
  if (status !== 0) {
    throw new Error(stderr)
  }
}

async function write([{ data, ...spec }, options], i) {
  await fromBuffer(data, spec).toFile(at(`${i}.dzi`), { sync: false, ...options })
  await fromBuffer(data, spec).toFile(at(`${i}.szi`), { sync: false, ...options })
  if (hasVips) {
    fs.writeFileSync(at(`${i}.raw`), data)
    const { width, height, channels } = spec
    const { tileSize = 254, overlap = 1, tileFormat = 'jpeg' } = options
    vips('rawload', at(`${i}.raw`), at(`${i}.v`), width, height, channels)
    vips('dzsave', at(`${i}.v`), at(`vips-${i}`), '--tile-size', tileSize, '--overlap', overlap, '--suffix', `.${tileFormat}`)
  }
  return { name: `${i}`, ...spec, ...options }
}

try {
  const images = []
  for (const [width, height, channels] of [[1, 1, 1], [700, 300, 1], [255, 509, 3], [1000, 3, 3], [517, 400, 4]]) {
    for (const tileFormat of ['jpeg', 'png', 'webp']) {
      if ({ jpeg: [1, 3], png: [1, 3, 4], webp: [3, 4] }[tileFormat].includes(channels)) {
        images.push([picture(width, height, channels), { tileFormat }])
        images.push([picture(width, height, channels), { tileFormat, tileSize: 100, overlap: 3, decimation: 'gaussian' }])
      }
    }
  }
  // More files than 16 bits can count.
  images.push([picture(300, 230, 1), { tileFormat: 'png', tileSize: 1, overlap: 0 }])
  const manifest = []
  for (const [i, image] of images.entries()) {
    // One at a time: vips uses all threads too.
    // oxlint-disable-next-line no-await-in-loop
    manifest.push(await write(image, i))
  }
  fs.writeFileSync(at('manifest.json'), JSON.stringify(manifest))
  const script = path.join(import.meta.dirname, 'deepzoom', 'check.py')
  const { status } = spawnSync(process.argv[2] ?? 'python3', [script, directory], { stdio: 'inherit' })
  process.exitCode = status ?? 1
} finally {
  fs.rmSync(directory, { recursive: true })
}
