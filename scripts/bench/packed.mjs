/**
 * The case of TIFF files, as they come: 300 MP of RGB in tiles, read, blurred and written again, with
 * each compression. Packing takes most of the time, so the image is a photograph, mirrored again and again.
 */

import { mkdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'

import sharp from 'sharp'

import { fromBuffer, open } from '../../dist/index.js'
import { minAmplitude } from './cases.mjs'
import { settle } from './disk.mjs'
import { hasVips } from './machine.mjs'
import { interleave, own, program } from './measure.mjs'
import { DISK, ROOT } from './paths.mjs'

const TILE = 512
const ZSTD_LEVEL = 3
const COMPRESSIONS = ['none', 'deflate', 'zstd']
/** Ratios of times that are wanted: at least to libvips, at most to a copy of the file. */
const GOALS = { libvips: 1.8, cp: 1.3 }
const VIPS = { none: 3, deflate: 1, zstd: 2 }

export async function runPacked(one, shape, repeats) {
  mkdirSync(DISK, { recursive: true })
  const image = await mosaic(shape)
  const contenders = []
  const blurs = {}
  for (const compression of COMPRESSIONS) {
    const input = `${DISK}/in-${compression}.tif`
    // oxlint-disable-next-line no-await-in-loop -- one file after the other
    await image.toFile(input, { compression, tileSize: TILE })
    // oxlint-disable-next-line no-await-in-loop -- as above
    const source = await open(input)
    blurs[compression] = source.gaussianBlur({ sigma: one.blur.sigma, kernelSize: one.blur.size })
    contenders.push(...contest(one, input, blurs[compression], compression, repeats))
  }
  const measured = await interleave(contenders, repeats, shape.width * shape.height)
  for (const row of measured.rows) row.bytes = statSync(`${DISK}/${file(row.name)}`).size
  const differs = await largest(blurs, one.blur.size)
  rmSync(DISK, { recursive: true })
  return { ...one, ...measured, differs }
}

/** Those who read and write one kind of file. */
function contest(one, input, blurred, compression, repeats) {
  const { size } = statSync(input)
  const ours = `gigapx, ${compression}`
  const contender = (name, most, run) => ({
    name,
    against: ours,
    repeats: Math.min(most, repeats),
    prepare: () => settle(size),
    run: () => run(`${DISK}/${file(name)}`),
  })
  const gigapx = (threads) => (path) => own(() => blurred.toFile(path, { compression, tileSize: TILE, sync: false, threads }))
  const rows = [
    contender(ours, 3, gigapx(availableParallelism())),
    contender(`${ours}, one thread`, 3, gigapx(1)),
  ]
  if (compression === 'none') rows.push(contender('cp, none', 5, (path) => program(`cp --reflink=never ${input} ${path}`)))
  if (!hasVips()) return rows
  const vips = (path) => program(command(one.blur, input, path, compression))
  return [...rows, contender(vipsOf(compression), VIPS[compression], vips)]
}

const vipsOf = (compression) => `libvips, ${compression}`

function command(blur, input, output, compression) {
  // What both take by default for Deflate, and gigapx for Zstd.
  const level = compression === 'zstd' ? `,level=${ZSTD_LEVEL}` : ''
  const how = `[compression=${compression},predictor=horizontal,tile,tile-width=${TILE},tile-height=${TILE}${level}]`
  return `vips gaussblur ${input} ${output}${how} ${blur.sigma} --min-ampl ${minAmplitude(blur)} --precision integer`
}

/** The largest difference of the files that libvips left, away from the edges, where it has another border. */
async function largest(blurs, margin) {
  if (!hasVips()) return 0
  const differences = Object.entries(blurs).map(async ([compression, ours]) => {
    const theirs = await open(`${DISK}/${file(vipsOf(compression))}`)
    const inner = { left: margin, top: margin, width: ours.width - 2 * margin, height: ours.height - 2 * margin }
    const { channels } = await ours.crop(inner).absDiff(theirs.crop(inner)).stats()
    return Math.max(...channels.map(({ max }) => max))
  })
  return Math.max(...(await Promise.all(differences)))
}

const file = (name) => `${name.replaceAll(/\W+/gu, '-')}.tif`

/** The photograph, mirrored to the right and down until it fills the image. */
async function mosaic({ width, height }) {
  const { data, info } = await sharp(`${ROOT}/fixtures/photo.jpg`).raw().toBuffer({ resolveWithObject: true })
  const { channels } = info
  const pixels = Buffer.allocUnsafe(width * height * channels)
  for (let y = 0; y < height; y++) {
    const start = y * width * channels
    if (y >= 2 * info.height) {
      const period = 2 * info.height * width * channels
      pixels.copyWithin(start, start - period, start - period + width * channels)
      continue
    }
    const from = mirror(y, info.height) * info.width
    for (let x = 0; x < width; x++) {
      const at = (from + mirror(x, info.width)) * channels
      data.copy(pixels, start + x * channels, at, at + channels)
    }
  }
  return fromBuffer(pixels, { width, height, channels })
}

function mirror(at, side) {
  return at % (2 * side) < side ? at % side : side - 1 - (at % side)
}

/** What benchmarks.md says of them. */
export function packed({ title, rows, differs }) {
  const named = (name) => rows.find((row) => row.name === name)
  return [
    '',
    `## ${title}`,
    '',
    `RGB in tiles of ${TILE} x ${TILE} on the disk, cached, to a file that was there; a photograph, mirrored. Deflate at level 6 and`,
    `Zstd at level ${ZSTD_LEVEL}, both with the horizontal predictor. Away from the edges libvips' pixels differ by up to ${differs}.`,
    '',
    '| | MP/s | worst to best | median, s | gigapx / it | goal | CPU / wall | MB written |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map((row) => {
      const cells = [
        row.name, speed(row.speed), `${speed(row.worst)} - ${speed(row.best)}`, row.wall.toFixed(2), row.ratio.toFixed(2), goal(row),
        row.use.toFixed(2), Math.round(row.bytes / 1e6),
      ]
      return `| ${cells.join(' | ')} |`
    }),
    '',
    `From one thread to ${availableParallelism()}: ${COMPRESSIONS.map((name) => {
      const ratio = named(`gigapx, ${name}, one thread`).wall / named(`gigapx, ${name}`).wall
      return `${name} ${ratio.toFixed(2)} times`
    }).join(', ')}.`,
  ]
}

function goal({ name, ratio }) {
  const [rival, compression] = name.split(', ')
  if (rival === 'cp') return `1 / ${GOALS.cp}, ${1 / ratio <= GOALS.cp ? 'reached' : 'missed'}`
  if (rival !== 'libvips' || compression === 'none') return '-'
  return `${GOALS.libvips}, ${ratio >= GOALS.libvips ? 'reached' : 'missed'}`
}

const speed = (value) => Math.round(value).toLocaleString('en')
