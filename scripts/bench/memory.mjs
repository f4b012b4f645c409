/* oxlint-disable no-await-in-loop -- contenders must run one at a time */
/** Cases in memory: input and output are there and have been touched. */

import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'

import sharp from 'sharp'

import { fromBuffer } from '../../dist/index.js'
import { BYTES, minAmplitude } from './cases.mjs'
import { readInto, writeInput } from './input.mjs'
import { hasVips } from './machine.mjs'
import { interleave, own, program } from './measure.mjs'
import { SHM } from './paths.mjs'
import { Peer } from './peer.mjs'

/** The slow ones say as much in three runs. */
const FEW = 3

export async function runMemory(one, shape, repeats) {
  const { depth } = one
  const path = `${SHM}/input.raw`
  writeInput(path, shape, depth)
  const peers = { call: new Peer('call'), stripes: new Peer('stripes') }
  try {
    let plan
    for (const peer of Object.values(peers)) {
      await peer.hello()
      await peer.ask('load', { path, ...shape, depth })
      plan = await peer.ask('blur', one.blur)
    }
    const bytes = shape.width * shape.height * BYTES[depth]
    const input = Buffer.alloc(bytes)
    readInto(path, input)
    const output = Buffer.alloc(bytes, 1)
    const blurred = fromBuffer(input, { ...shape, depth }).gaussianBlur(one.options)

    // libvips has another border, so what it computes with it is left out.
    const margin = one.size >> 1
    const differs = (file, offset) => peers.stripes.ask('compare', { path: file, offset, margin }).then(({ largest }) => largest)
    const equality = await compare(peers, blurred, output)
    const contenders = [
      {
        name: 'gigapx',
        parallel: true,
        note: `from Node, into memory; ${equality.text}`,
        rehearse: true,
        run: () => own(() => blurred.toBuffer({ into: output })),
      },
      {
        name: 'OpenCV, stripes on all cores',
        parallel: true,
        note: `stripes of ${plan.rows} rows, ${WRITES[plan.write]}`,
        rehearse: true,
        run: () => peers.stripes.ask('stripes'),
      },
      {
        name: 'OpenCV, one call',
        parallel: true,
        note: 'default threads',
        rehearse: true,
        run: () => peers.call.ask('call'),
      },
      ...(await vips(one, shape, path, repeats, differs)),
      ...(await sharpContender(one, shape, input, repeats, differs)),
      {
        name: 'memcpy on all cores',
        parallel: true,
        note: 'the limit of one pass over memory',
        rehearse: true,
        run: () => peers.stripes.ask('memcpy'),
      },
    ]
    const measured = await interleave(contenders, repeats, shape.width * shape.height)
    return { ...one, ...measured, equality }
  } finally {
    for (const peer of Object.values(peers)) await peer.close()
    for (const name of readdirSync(SHM)) rmSync(`${SHM}/${name}`)
  }
}

const amount = (largest) => Number(largest.toPrecision(2))

const WRITES = {
  copy: 'blurred with halo, then copied',
  patch: 'blurred in place, seams repaired',
}

/** Before any speed: whether the results are the same. */
async function compare(peers, blurred, output) {
  await blurred.toBuffer({ into: output })
  const path = `${SHM}/gigapx.raw`
  writeFileSync(path, output)
  const pairs = { stripes: await difference(peers.stripes, 'stripes', path) }
  pairs.call = await difference(peers.call, 'call', path)
  rmSync(path)
  const same = Object.values(pairs).every(({ differing }) => differing === 0)
  const { differing, largest } = pairs.stripes
  const text = same
    ? "bytes equal to OpenCV's"
    : `${differing} samples differ from OpenCV's, by at most ${largest.toExponential(1)}`
  return { same, text, pairs }
}

async function difference(peer, op, path) {
  await peer.ask(op)
  return peer.ask('compare', { path })
}

/** libvips has no memory of ours to work in, so it gets files in memory. */
async function vips(one, shape, path, repeats, differs) {
  if (!hasVips()) return []
  const format = { uint8: 'uchar', uint16: 'ushort', float32: 'float' }[one.depth]
  const [input, output] = [`${SHM}/in.v`, `${SHM}/out.v`]
  execFileSync('vips', [
    'rawload', path, input, shape.width, shape.height, 1, '--format', format, '--interpretation', 'b-w',
  ])
  // It has no integer arithmetic for float images.
  const precision = one.depth === 'float32' ? 'float' : 'integer'
  const flags = `--min-ampl ${minAmplitude(one)} --precision ${precision}`
  const run = () => program(`vips gaussblur ${input} ${output} ${one.sigma} ${flags}`)
  run()
  // A .v file has a header of 64 bytes.
  const largest = await differs(output, 64)
  return [
    {
      name: 'libvips',
      parallel: true,
      repeats: Math.min(FEW, repeats),
      note:
        `\`vips gaussblur --precision ${precision}\` with its start, into a new file in /dev/shm: it cannot reuse ` +
        `memory; differs inside by up to ${amount(largest)}`,
      run,
    },
  ]
}

async function sharpContender(one, shape, input, repeats, differs) {
  // sharp clips float images to the range of its colour space.
  if (one.depth === 'float32') return []
  sharp.concurrency(0)
  sharp.cache(false)
  const samples = one.depth === 'uint16' ? new Uint16Array(input.buffer, input.byteOffset, input.length / 2) : input
  const [space, depth] = one.depth === 'uint16' ? ['grey16', 'ushort'] : ['b-w', 'uchar']
  const blur = () =>
    sharp(samples, { raw: { ...shape, channels: 1 }, limitInputPixels: false })
      .blur({ sigma: one.sigma, minAmplitude: minAmplitude(one), precision: 'integer' })
      .toColourspace(space)
      .raw({ depth })
      .toBuffer()
  const path = `${SHM}/sharp.raw`
  writeFileSync(path, await blur())
  const largest = await differs(path, 0)
  rmSync(path)
  return [
    {
      name: 'sharp',
      parallel: true,
      repeats: Math.min(FEW, repeats),
      note:
        'raw to raw, concurrency 0 (all cores), into new memory: it cannot reuse any; ' +
        `differs inside by up to ${amount(largest)}`,
      run: () => own(blur),
    },
  ]
}
