/** Makes a gigapixel image of bare uint8 pixels from the photograph in fixtures/. */

import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import sharp from 'sharp'

import { Failure } from './failure.mjs'
import * as format from './format.mjs'

const PHOTO = fileURLToPath(new URL('../../fixtures/photo.jpg', import.meta.url))
/** Bytes that are written at once, about. */
const PIECE = 8 * 1024 * 1024

/** Whether `path` is a complete image of this size already. */
export async function isMade(path, { width, height }) {
  const found = await stat(path).catch(() => undefined)
  return found?.size === width * height
}

/** Fails unless `needed` bytes can be written to the folder. */
export async function requireSpace(folder, needed) {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free < needed) {
    throw new Failure(`${folder} needs ${format.bytes(needed)} of free space, but has ${format.bytes(free)}`)
  }
}

/**
 * Writes the image to `path`: copies of the photograph, brick-laid, each mirrored and toned in its own
 * way, so that no tile looks like another and the whole resembles the photograph. The same size gives
 * the same bytes. Memory is bounded whatever the size.
 */
export async function makeMosaic(path, size, { signal, onPixels }) {
  await mkdir(dirname(path), { recursive: true })
  const photo = await readPhoto()
  const { width, height } = size
  const rows = Math.max(1, Math.floor(PIECE / width))
  const piece = Buffer.alloc(rows * width)
  // Under its name the file is complete, or it could not be reused.
  const temporary = `${path}.partial`
  const file = await open(temporary, 'w')
  try {
    for (let top = 0; top < height; top += rows) {
      signal.throwIfAborted()
      const count = Math.min(rows, height - top)
      for (let y = 0; y < count; y += 1) {
        fillRow(piece.subarray(y * width, (y + 1) * width), top + y, size, photo)
      }
      // Pieces follow one another: two of them in memory would gain nothing on a busy disk.
      // oxlint-disable-next-line no-await-in-loop
      await writeAll(file, piece.subarray(0, count * width))
      onPixels((top + count) * width)
    }
    // Or the system would still be writing it while the time of the next job is taken.
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close()
    await rm(temporary, { force: true })
    throw error
  }
}

/** A write may stop early, on a full disk for one; the next then says why. */
async function writeAll(file, data) {
  for (let start = 0; start < data.length; ) {
    // oxlint-disable-next-line no-await-in-loop
    start += (await file.write(data, start)).bytesWritten
  }
}

/** The photograph in grey, once as it is and once mirrored, and the mean of its pixels. */
async function readPhoto() {
  const { data, info } = await decode(sharp(PHOTO))
  const mirrored = await decode(sharp(PHOTO).flop())
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  return { width: info.width, height: info.height, variants: [data, mirrored.data], mean }
}

function decode(image) {
  return image.grayscale().raw().toBuffer({ resolveWithObject: true })
}

/** Row `y` of the image, a run of pixels for each cell that it crosses. */
function fillRow(out, y, size, photo) {
  const row = Math.floor(y / photo.height)
  const start = brickStart(row, photo.width)
  for (let left = start, column = 0; left < out.length; left += photo.width, column += 1) {
    const choice = hash(row, column)
    const source = photo.variants[choice & 1]
    const inside = y - row * photo.height
    const upsideDown = (choice & 6) === 6
    const line = (upsideDown ? photo.height - 1 - inside : inside) * photo.width
    const tone = toneOf(left, row, choice, size, photo)
    const end = Math.min(left + photo.width, out.length)
    for (let x = Math.max(left, 0); x < end; x += 1) {
      out[x] = tone[source[line + x - left]]
    }
  }
}

/** The column where a row of cells starts, at or left of the image's edge. */
function brickStart(row, width) {
  return -(hash(row, -1) % width)
}

const tones = new Map()

/**
 * The table that gives a cell its contrast, and the brightness that the photograph has at this place
 * of the whole.
 */
function toneOf(left, row, choice, size, photo) {
  const x = scaled(left + photo.width / 2, size.width, photo.width)
  const y = scaled((row + 0.5) * photo.height, size.height, photo.height)
  const brightness = photo.variants[0][y * photo.width + x]
  const key = (brightness << 2) | ((choice >>> 3) & 3)
  let tone = tones.get(key)
  if (tone === undefined) {
    const contrast = 0.7 + 0.1 * (key & 3)
    // Less than the whole range, to leave room for the contrast within the cell.
    const target = 45 + brightness * 0.63
    // The array clamps and rounds.
    tone = Uint8ClampedArray.from({ length: 256 }, (_, value) => target + (value - photo.mean) * contrast)
    tones.set(key, tone)
  }
  return tone
}

/** A position on a side of the image, on that of the photograph. */
function scaled(position, length, side) {
  return Math.min(side - 1, Math.max(0, Math.floor((position / length) * side)))
}

/** 32 pseudo-random bits for a cell. */
function hash(row, column) {
  let h = Math.imul(row + 1, 0x9e3779b1) ^ Math.imul(column + 2, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** The middle of the cell that a position of the image, given as fractions of its sides, lies in. */
export async function cellCentre(size, { x, y }) {
  const { width, height } = await sharp(PHOTO).metadata()
  const row = Math.floor((y * size.height) / height)
  const start = brickStart(row, width)
  const column = Math.floor((x * size.width - start) / width)
  return { x: start + (column + 0.5) * width, y: (row + 0.5) * height }
}
