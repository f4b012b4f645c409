/** A picture of an image before and after: the whole of it, and some of its pixels. */

import sharp from 'sharp'

import * as format from './format.mjs'

const PANEL = 1024
const GAP = 32
const LABEL = 56
const CROP = 512
/** Rows that are read for one row of a thumbnail; more than one, or fine detail would flicker. */
const SAMPLED_ROWS = 3
const ACCENT = '#e4572e'

/**
 * Writes the picture. Both images are read by crops, a few rows at a time, so that they may have any size.
 *
 * @param centre - The pixel to show the surroundings of.
 */
export async function writePreview(path, { before, after, centre, filter, signal }) {
  const height = Math.round((PANEL * before.height) / before.width)
  const crop = cropAround(centre, before)
  const top = { thumbnails: GAP + LABEL, crops: GAP + LABEL + height + GAP + LABEL }
  const columns = [before, after].map((image, index) => ({
    image,
    left: GAP + index * (PANEL + GAP),
    name: index === 0 ? 'before' : `after ${filter}`,
  }))
  const layers = []
  for (const { image, left } of columns) {
    // One image after the other: both are read with all threads.
    // oxlint-disable-next-line no-await-in-loop
    const thumbnail = await thumbnailOf(image, height, signal)
    // oxlint-disable-next-line no-await-in-loop
    const detail = await magnify(await image.crop(crop).toBuffer({ signal }))
    layers.push(
      { input: thumbnail, raw: { width: PANEL, height, channels: 1 }, left, top: top.thumbnails },
      { input: detail, left, top: top.crops },
    )
  }
  const canvas = { width: 3 * GAP + 2 * PANEL, height: top.crops + PANEL + GAP }
  layers.push({ input: Buffer.from(labels(canvas, columns, top, crop, before)), left: 0, top: 0 })
  await sharp({ create: { ...canvas, channels: 3, background: '#ffffff' } })
    .composite(layers)
    .png({ compressionLevel: 9 })
    .toFile(path)
}

/** The region to show, inside the image. */
function cropAround({ x, y }, { width, height }) {
  const start = (middle, length) => Math.max(0, Math.min(Math.round(middle - CROP / 2), length - CROP))
  return { left: start(x, width), top: start(y, height), width: CROP, height: CROP }
}

/** The image in grey, PANEL pixels wide: each pixel the mean of those it stands for in a few rows. */
async function thumbnailOf(image, height, signal) {
  const out = Buffer.alloc(PANEL * height)
  for (let y = 0; y < height; y += 1) {
    const sums = new Float64Array(PANEL)
    const counts = new Uint32Array(PANEL)
    for (let n = 0; n < SAMPLED_ROWS; n += 1) {
      const top = Math.floor(((y + (n + 0.5) / SAMPLED_ROWS) / height) * image.height)
      const crop = image.crop({ left: 0, top, width: image.width, height: 1 })
      // oxlint-disable-next-line no-await-in-loop -- one row at a time, to need the memory of one
      const row = await crop.toBuffer({ signal })
      for (let x = 0; x < row.length; x += 1) {
        const column = Math.floor((x * PANEL) / row.length)
        sums[column] += row[x]
        counts[column] += 1
      }
    }
    sums.forEach((sum, x) => {
      out[y * PANEL + x] = Math.round(sum / counts[x])
    })
  }
  return out
}

/** Shows every pixel as a square, for a smooth enlargement would blur what must be seen. */
function magnify(pixels) {
  return sharp(pixels, { raw: { width: CROP, height: CROP, channels: 1 } })
    .resize(PANEL, PANEL, { kernel: 'nearest' })
    .png()
    .toBuffer()
}

/** Words over a panel. */
function text(left, bottom, words) {
  return `<text x="${left}" y="${bottom - 18}">${words}</text>`
}

/** The words over the panels, and a frame where the crop lies. */
function labels(canvas, columns, top, crop, image) {
  const scale = PANEL / image.width
  const frame = (left) => {
    // Larger than the crop by a few pixels: in a huge image that is a dot.
    const [x, y] = [left + crop.left * scale - 5, top.thumbnails + crop.top * scale - 5]
    const side = CROP * scale + 10
    return `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="none" stroke="${ACCENT}" stroke-width="4"/>`
  }
  const panels = columns.map(
    ({ left, name }) =>
      text(left, top.thumbnails, `${name}: ${format.size(image)}, at 1 : ${Math.round(1 / scale)}`) +
      frame(left) +
      text(left, top.crops, `${name}: ${CROP} x ${CROP}, at ${PANEL / CROP} : 1`) +
      `<rect x="${left}" y="${top.crops}" width="${PANEL}" height="${PANEL}" fill="none" stroke="${ACCENT}" stroke-width="4"/>`,
  )
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${canvas.width}" height="${canvas.height}" ` +
    `font-family="sans-serif" font-size="30" fill="#222222">${panels.join('')}</svg>`
  )
}
