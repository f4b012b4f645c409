/**
 * Writes TIFF files of every kind that scripts/formats/matrix.json names, and has gigapx and other
 * programs read them: `node scripts/tiff.mjs [PYTHON]`.
 *
 * Needs a Python with what scripts/tiff/requirements.txt names; uses libtiff's tools (tiffinfo, tiffcp,
 * tiffcmp), gdalinfo and vips where they are, and says which are not.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { fromBuffer, open } from 'gigapx'
import sharp from 'sharp'

import { depths, writtenTiffs } from './formats/table.mjs'
import { writeDescribed } from './tiff/described.mjs'

const ARRAYS = { uint8: Uint8Array, uint16: Uint16Array, int16: Int16Array, int32: Int32Array, float32: Float32Array }

/** Smooth pixels with some noise. */
function picture(width, height, channels, depth) {
  const data = new ARRAYS[depth](width * height * channels)
  let state = 1
  for (let i = 0; i < data.length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    const pixel = Math.floor(i / channels)
    const wave = Math.sin((pixel % width) / 50 + (i % channels)) * Math.cos(Math.floor(pixel / width) / 40)
    data[i] = depth === 'float32' ? wave + (state & 7) / 64 : 120 + 100 * wave + (state & 7)
  }
  return { width, height, channels, depth, data }
}

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'gigapx-tiff-'))
const images = {}

/** The bytes of the image in a file, as gigapx reads them. */
async function bytes(file) {
  return (await open(file)).toBuffer()
}

/** Writes a file and reads it again; what other programs should find in it goes into the manifest. */
async function write({ depth, channels, options }, i) {
  const name = `${i}.tif`
  const file = path.join(directory, name)
  const { data, ...spec } = images[depth][channels]
  await fromBuffer(data, spec).toFile(file, { sync: false, ...options })
  const isLossy = options.compression === 'jpeg' || options.quality !== undefined
  if (!isLossy && !Buffer.from(data.buffer).equals(await bytes(file))) {
    throw new Error(`gigapx reads other pixels than it wrote: ${JSON.stringify([depth, channels, options])}`)
  }
  return { name, ...spec, ...options, isLossy }
}

try {
  for (const depth of depths) {
    images[depth] = Object.fromEntries([1, 2, 3, 4, 5].map((channels) => [channels, picture(301, 223, channels, depth)]))
    for (const [channels, { data }] of Object.entries(images[depth])) {
      fs.writeFileSync(path.join(directory, `${depth}-${channels}.raw`), data)
    }
  }
  const files = writtenTiffs()
  const manifest = await Promise.all(files.map(write))
  console.log(`${String(manifest.length).padStart(5)}  gigapx wrote, and read what loses nothing as it was`)
  fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest))
  const pixel = sharp(Buffer.alloc(3), { raw: { width: 1, height: 1, channels: 3 } })
  const { icc } = await sharp(await pixel.withIccProfile('p3').tiff().toBuffer()).metadata()
  await writeDescribed(directory, icc)
  for (const name of ['check.py', 'described.py']) {
    const script = path.join(import.meta.dirname, 'tiff', name)
    const { status } = spawnSync(process.argv[2] ?? 'python3', [script, directory], { stdio: 'inherit' })
    process.exitCode ||= status ?? 1
  }
} finally {
  fs.rmSync(directory, { recursive: true })
}
