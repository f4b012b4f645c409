/**
 * Writes TIFF files of every kind and has other programs read them: `node scripts/tiff.mjs [PYTHON]`.
 *
 * Needs a Python with tifffile, imagecodecs and rasterio; uses libtiff's tools (tiffinfo, tiffcp), gdalinfo,
 * rio-cogeo and openslide-python where they are, and says which are not.
 */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { fromBuffer } from 'gigapx'
import sharp from 'sharp'

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
const files = []

async function write({ image: { data, ...spec }, options }, i) {
  const name = `${i}.tif`
  await fromBuffer(data, spec).toFile(path.join(directory, name), { sync: false, ...options })
  return { name, ...spec, ...options }
}

try {
  for (const depth of Object.keys(ARRAYS)) {
    for (const channels of [1, 2, 3, 4, 5]) {
      const image = picture(301, 223, channels, depth)
      fs.writeFileSync(path.join(directory, `${depth}-${channels}.raw`), image.data)
      for (const compression of ['none', 'lzw', 'deflate', 'zstd']) {
        for (const predictor of compression === 'none' ? [undefined] : [true, false]) {
          files.push({ image, options: { compression, predictor, tileSize: { x: 64, y: 48 } } })
          files.push({ image, options: { compression, predictor, rowsPerStrip: 50, bigTiff: true } })
        }
        for (const pyramid of ['chain', 'cog', 'ome']) {
          files.push({ image, options: { compression, pyramid, tileSize: 64, bigTiff: pyramid === 'ome' } })
        }
      }
      if (depth === 'uint8') {
        for (const compression of [...([1, 3].includes(channels) ? ['jpeg'] : []), ...([3, 4].includes(channels) ? ['webp'] : [])]) {
          for (const quality of compression === 'webp' ? [undefined, 90] : [90]) {
            files.push({ image, options: { compression, quality, tileSize: 64, pyramid: 'cog' } })
            files.push({ image, options: { compression, quality, rowsPerStrip: 48 } })
          }
        }
        if (channels === 3) {
          files.push({ image, options: { compression: 'jpeg', quality: 90, chromaSubsampling: '4:4:4', tileSize: 256, pyramid: 'chain' } })
        }
      }
    }
  }
  const manifest = await Promise.all(files.map(write))
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
