/** libvips and sharp, which blur but filter little else. */

import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'

import sharp from 'sharp'

import { minAmplitude } from './cases.mjs'
import { hasVips } from './machine.mjs'
import { own, program } from './measure.mjs'
import { SHM } from './paths.mjs'

/** The slow ones say as much in three runs. */
export const FEW = 3

const VIPS = 'libvips'
const COPY = 'libvips, copy alone'

/** libvips has no memory of ours to work in, so it gets files in memory. */
export async function libvips({ one, shape, path, repeats, differs }) {
  if (!hasVips()) return []
  const format = { uint8: 'uchar', uint16: 'ushort', int16: 'short', float32: 'float' }[one.depth]
  const [input, output] = [`${SHM}/in.v`, `${SHM}/out.v`]
  execFileSync('vips', [
    'rawload', path, input, shape.width, shape.height, 1, '--format', format, '--interpretation', 'b-w',
  ])
  // It has no integer arithmetic for float images.
  const precision = one.depth === 'float32' ? 'float' : 'integer'
  const flags = `--min-ampl ${minAmplitude(one.blur)} --precision ${precision}`
  const run = () => program(`vips gaussblur ${input} ${output} ${one.blur.sigma} ${flags}`)
  run()
  // A .v file has a header of 64 bytes.
  const largest = await differs(output, 64)
  const blur = {
    name: VIPS,
    parallel: true,
    repeats,
    note:
      `\`vips gaussblur --precision ${precision}\` with its start, into a new file in /dev/shm: it cannot reuse ` +
      `memory; differs inside by up to ${amount(largest)}`,
    run,
  }
  const copy = {
    name: COPY,
    parallel: true,
    repeats,
    note: '`vips copy` of the same file to the same place',
    run: () => program(`vips copy ${input} ${output}`),
  }
  return one.copy ? [blur, copy] : [blur]
}

/** With what libvips takes for a blur less what it takes for a copy, where both were measured. */
export function netOfCopy(rows, pixels) {
  const [blur, copy] = [VIPS, COPY].map((name) => rows.find((row) => row.name === name))
  if (copy === undefined) return rows
  const wall = blur.wall - copy.wall
  const speed = pixels / wall / 1e6
  const net = {
    name: 'libvips, net of its copy',
    derived: true,
    wall,
    speed,
    ratio: rows[0].speed / speed,
    note: 'the two medians subtracted: neither start nor file',
  }
  return rows.toSpliced(rows.indexOf(copy) + 1, 0, net)
}

export async function sharpContender({ one, shape, input, repeats, differs }) {
  // sharp clips float images to the range of its colour space, and has none for negative numbers.
  if (one.depth === 'float32' || one.depth === 'int16') return []
  sharp.concurrency(0)
  sharp.cache(false)
  const samples = one.depth === 'uint16' ? new Uint16Array(input.buffer, input.byteOffset, input.length / 2) : input
  const [space, depth] = one.depth === 'uint16' ? ['grey16', 'ushort'] : ['b-w', 'uchar']
  const { sigma } = one.blur
  const blur = () =>
    sharp(samples, { raw: { ...shape, channels: 1 }, limitInputPixels: false })
      .blur({ sigma, minAmplitude: minAmplitude(one.blur), precision: 'integer' })
      .toColourspace(space)
      .raw({ depth })
      .toBuffer()
  const result = `${SHM}/sharp.raw`
  writeFileSync(result, await blur())
  const largest = await differs(result, 0)
  rmSync(result)
  return [
    {
      name: 'sharp',
      parallel: true,
      repeats,
      note:
        'raw to raw, concurrency 0 (all cores), into new memory: it cannot reuse any; ' +
        `differs inside by up to ${amount(largest)}`,
      run: () => own(blur),
    },
  ]
}

const amount = (largest) => Number(largest.toPrecision(2))
