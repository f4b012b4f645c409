/* oxlint-disable no-await-in-loop -- contenders must run one at a time */
/** Cases in memory: input and output are there and have been touched. */

import { readdirSync, rmSync, writeFileSync } from 'node:fs'

import { fromBuffer } from '../../dist/index.js'
import { BYTES, OURS, STRIPES } from './cases.mjs'
import { readInto, writeInput } from './input.mjs'
import { interleave, own } from './measure.mjs'
import { SHM } from './paths.mjs'
import { Peer } from './peer.mjs'
import { FEW, libvips, netOfCopy, sharpContender } from './rivals.mjs'

export async function runMemory(one, shape, repeats) {
  const path = `${SHM}/input.raw`
  const pixels = shape.width * shape.height
  writeInput(path, shape, one.depth)
  const peers = { call: new Peer('call'), stripes: new Peer('stripes') }
  try {
    let plan
    for (const peer of Object.values(peers)) {
      await peer.hello()
      await peer.ask('load', { path, ...shape, depth: one.depth })
      plan = await peer.ask('set', { filter: one.filter })
    }
    const input = load(path, pixels * BYTES[one.depth])
    const image = fromBuffer(input, { ...shape, depth: one.depth })
    const output = Buffer.alloc(pixels * BYTES[one.output], 1)
    const equality = await compare(one, peers, image, output)
    const contenders = [
      ...ours(one, image, output, equality),
      ...opencv(one, peers, plan, repeats),
      // These blur, and only as exactly as anybody.
      ...(one.blur === undefined ? [] : await rivals(one, { shape, path, input, repeats, peers })),
      {
        name: 'memcpy on all cores',
        parallel: true,
        note: moved(one),
        rehearse: true,
        run: () => peers.stripes.ask('memcpy'),
      },
    ]
    const measured = await interleave(contenders, repeats, pixels)
    return { ...one, ...measured, rows: netOfCopy(measured.rows, pixels), equality: equality[OURS] }
  } finally {
    for (const peer of Object.values(peers)) await peer.close()
    for (const name of readdirSync(SHM)) rmSync(`${SHM}/${name}`)
  }
}

/** Cases of gigapx alone: its variants beside each other, with the ratio of each to the first. */
export async function runAlone(one, shape, repeats) {
  const path = `${SHM}/input.raw`
  const pixels = shape.width * shape.height
  writeInput(path, shape, one.depth)
  const image = fromBuffer(load(path, pixels * BYTES[one.depth]), { ...shape, depth: one.depth })
  rmSync(path)
  const measured = await interleave(ours(one, image, Buffer.alloc(pixels, 1)), repeats, pixels)
  for (const row of measured.rows) row.ratio = 1 / row.ratio
  return { ...one, ...measured }
}

function load(path, bytes) {
  const input = Buffer.alloc(bytes)
  readInto(path, input)
  return input
}

function ours(one, image, output, equality = {}) {
  return one.variants.map(({ name, make }) => {
    const filtered = make(image)
    const text = equality[name] === undefined ? '' : `; ${equality[name].text}`
    return {
      name,
      parallel: true,
      note: `from Node, into memory${text}`,
      rehearse: true,
      run: () => own(() => filtered.toBuffer({ into: output })),
    }
  })
}

function opencv(one, peers, plan, repeats) {
  const [rows, how] = [plan.rows, WRITES[plan.write]]
  const blurs = one.depth.startsWith('uint') && one.filter.name === 'gaussian'
  const threads = blurs ? ALL : `${ALL}, not all of which OpenCV uses for it`
  return [
    {
      name: STRIPES,
      parallel: true,
      note: `stripes of ${rows} rows, ${how}`,
      rehearse: true,
      run: () => peers.stripes.ask('stripes'),
    },
    {
      name: one.call,
      // Of a filter that OpenCV runs in one thread no run lacks cores.
      parallel: threads === ALL,
      note: `${one.filter.name === 'unsharp' ? 'GaussianBlur and addWeighted, ' : ''}${threads}`,
      rehearse: true,
      repeats: one.slow ? Math.min(FEW, repeats) : repeats,
      run: () => peers.call.ask('call'),
    },
  ]
}

const ALL = 'default threads'

const WRITES = {
  copy: 'filtered with halo, then copied',
  patch: 'filtered in place, seams repaired',
}

async function rivals(one, { shape, path, input, repeats, peers }) {
  // libvips has another border, so what it computes with it is left out.
  const margin = one.blur.size >> 1
  const differs = async (file, offset) =>
    (await peers.stripes.ask('compare', { path: file, offset, margin })).largest
  const what = { one, shape, path, input, differs, repeats: Math.min(one.slow ? 1 : FEW, repeats) }
  return [...(await libvips(what)), ...(await sharpContender(what))]
}

function moved({ depth, output }) {
  if (depth === output) return 'the limit of one pass over memory'
  const bytes = (BYTES[depth] + BYTES[output]) / 2
  return `${bytes} bytes a pixel, so that as many are read and written as by the filter`
}

/** Before any speed: whether the results are the same, by the variant's name. */
async function compare(one, peers, image, output) {
  await peers.stripes.ask('stripes')
  await peers.call.ask('call')
  const path = `${SHM}/gigapx.raw`
  const found = {}
  for (const { name, make } of one.variants) {
    await make(image).toBuffer({ into: output })
    writeFileSync(path, output)
    const pairs = {}
    for (const way of Object.keys(peers)) pairs[way] = await peers[way].ask('compare', { path })
    found[name] = verdict(pairs)
  }
  rmSync(path)
  return found
}

function verdict(pairs) {
  const same = Object.values(pairs).every(({ differing }) => differing === 0)
  const { differing, largest } = pairs.stripes
  const text = same
    ? "bytes equal to OpenCV's"
    : `${differing} samples differ from OpenCV's, by at most ${Number(largest.toPrecision(2))}`
  return { same, text, pairs }
}
