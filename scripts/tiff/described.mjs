/**
 * Files that say what their images are and where, and what is made of them: crops, turns, other layouts. The
 * scripts beside this one have other programs read them.
 */
import fs from 'node:fs'
import path from 'node:path'

import { fromBuffer, open } from 'gigapx'

const RESOLUTION = { x: 4000, y: 2000, unit: 'cm' }
/** Not a tidy grid, so that a sum in another order would show. */
const GEO = {
  transform: [0.1, 0, 500_000.3, 0, -0.3, 6_000_000.7],
  model: 'projected',
  epsg: 25_832,
  nodata: 0,
}

/** What is done to an image, and its pixels in the source. */
const STEPS = {
  same: (image) => image,
  crop: (image) => image.crop({ left: 37, top: 11, width: 200, height: 150 }),
  pad: (image) => image.pad({ left: 3, top: 5 }),
  flip: (image) => image.flip(),
  flop: (image) => image.flop(),
  turned: (image) => image.rotate90(),
  deep: (image) => image.crop({ left: 10, top: 20, width: 100, height: 90 }).cast('float32'),
}

const LAYOUTS = [
  { rowsPerStrip: 32 },
  { tileSize: 64 },
  { tileSize: 64, pyramid: 'chain', compression: 'deflate' },
  { tileSize: 64, pyramid: 'cog', compression: 'deflate' },
  { tileSize: 64, pyramid: 'ome', bigTiff: true },
]

/** Writes the files into a folder, and what they are. `icc` is a profile for RGB. */
export async function writeDescribed(directory, icc) {
  const [width, height] = [301, 223]
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7919) % 251)
  const at = (name) => path.join(directory, name)
  const tags = { icc, xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>', description: 'A place', resolution: RESOLUTION, geo: GEO }
  await fromBuffer(data, { width, height, channels: 3 }).toFile(at('described.tif'), { tags })
  const source = await open(at('described.tif'))
  const files = Object.entries(STEPS).flatMap(([step, make]) =>
    LAYOUTS.map((options, i) => ({ name: `${step}-${i}.tif`, step, image: make(source), options })),
  )
  await Promise.all(files.map(({ name, image, options }) => image.toFile(at(name), { keep: true, sync: false, ...options })))
  const entries = files.map(({ name, step, options }) => ({ name, step, options }))
  const manifest = { resolution: RESOLUTION, geo: GEO, icc: icc.length, entries }
  fs.writeFileSync(at('described.json'), JSON.stringify(manifest))
}
