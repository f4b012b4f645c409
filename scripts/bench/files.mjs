/* oxlint-disable no-await-in-loop -- contenders must run one at a time */
/**
 * The case from file to file. The input is in the page cache. Cold output is a file that did not exist;
 * warm output is one that did, and is cached. Only OpenCV's own writer and dd overwrite it in place:
 * gigapx writes a new file and renames it over the old, cp and vips truncate it first.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'

import { openRaw, open } from '../../dist/index.js'
import { BYTES, minAmplitude } from './cases.mjs'
import { settle } from './disk.mjs'
import { writeInput } from './input.mjs'
import { hasVips } from './machine.mjs'
import { interleave, own, program } from './measure.mjs'
import { DISK } from './paths.mjs'
import { Peer } from './peer.mjs'

export async function runFiles(one, shape, repeats) {
  const { depth } = one
  const input = `${DISK}/input.raw`
  writeInput(input, shape, depth)
  const peers = { call: new Peer('call'), stripes: new Peer('stripes') }
  try {
    for (const peer of Object.values(peers)) {
      await peer.hello()
      await peer.ask('load', { path: input, ...shape, depth })
      await peer.ask('set', { filter: one.filter })
    }
    const plan = await peers.stripes.ask('tune-file', { input, output: `${DISK}/opencv-stripes.raw` })
    const image = await openRaw(input, { ...shape, depth })
    const blurred = one.variants[0].make(image)
    const equality = await compare(blurred, peers, input)

    const toFile = (path, sync) => () => own(() => blurred.toFile(path, { sync }))
    const rows = [
      ['gigapx, raw', 'gigapx.raw', (path) => toFile(path, false), 'new file, renamed over the old'],
      ['gigapx, tiled TIFF', 'gigapx.tif', (path) => toFile(path, false), 'new file, renamed over the old'],
      ['gigapx, raw, sync', 'gigapx-sync.raw', (path) => toFile(path, true), 'and on the disk when it returns'],
      ['gigapx, tiled TIFF, sync', 'gigapx-sync.tif', (path) => toFile(path, true), 'and on the disk when it returns'],
      [
        'OpenCV, stripes on all cores',
        'opencv-stripes.raw',
        (output) => () => peers.stripes.ask('stripe-file', { input, output }),
        `stripes of ${plan.rows} rows, mapped input, written by position`,
      ],
      [
        'OpenCV, one call',
        'opencv-call.raw',
        (output) => () => peers.call.ask('call-file', { input, output }),
        'read whole, blur, write whole, memory touched before',
      ],
      ...vips(one, shape, input),
      ['cp', 'cp.raw', (output) => () => program(`cp --reflink=never ${input} ${output}`)],
      [
        'cp, sync',
        'cp-sync.raw',
        (output) => () => program(`bash -c 'cp --reflink=never ${input} ${output} && sync ${output}'`),
        'and on the disk when it returns',
      ],
    ]
    const bytes = shape.width * shape.height * BYTES[depth]
    const contenders = [...rows.flatMap((row) => temperatures(row, repeats, bytes)), inPlace(input, bytes)]
    const measured = await interleave(contenders, repeats, shape.width * shape.height)
    return { ...one, ...measured, equality }
  } finally {
    for (const peer of Object.values(peers)) await peer.close()
    rmSync(DISK, { recursive: true, force: true })
  }
}

function vips(one, { width, height }, raw) {
  if (!hasVips()) return []
  const input = `${DISK}/input.v`
  const layout = [width, height, 1, '--format', 'uchar', '--interpretation', 'b-w']
  execFileSync('vips', ['rawload', raw, input, ...layout])
  const flags = `--min-ampl ${minAmplitude(one.blur)} --precision integer`
  const make = (output) => () => program(`vips gaussblur ${input} ${output} ${one.blur.sigma} ${flags}`)
  return [['libvips', 'vips.v', make, '.v to .v, other bytes', 3]]
}

/** A contender with cold and with warm output. */
function temperatures([name, file, make, note, most = Infinity], repeats, bytes) {
  return ['cold', 'warm'].map((temperature) => {
    const path = `${DISK}/${temperature}-${file}`
    const run = make(path)
    return {
      name: `${name}, ${temperature}`,
      // Cold and warm output, and a wait for the disk or none, are different races.
      against: `gigapx, raw${name.endsWith('sync') ? ', sync' : ''}, ${temperature}`,
      note,
      repeats: Math.min(most, repeats),
      prepare: async () => {
        if (temperature === 'cold') rmSync(path, { force: true })
        else if (!existsSync(path)) await run()
        settle(bytes)
      },
      run,
    }
  })
}

/** What a warm page cache can take at most: no file grows, nothing is freed. */
function inPlace(input, bytes) {
  const path = `${DISK}/warm-dd.raw`
  const command = `dd if=${input} of=${path} bs=1M conv=notrunc status=none`
  return {
    name: 'dd in place, warm',
    against: 'gigapx, raw, warm',
    note: 'overwrites in place',
    prepare: () => {
      if (!existsSync(path)) program(command)
      settle(bytes)
    },
    run: () => program(command),
  }
}

/** Before any speed: whether the files hold the same pixels. */
async function compare(blurred, peers, input) {
  const [raw, tiff, flat] = ['gigapx.raw', 'gigapx.tif', 'flat.raw'].map((name) => `${DISK}/check-${name}`)
  await blurred.toFile(raw)
  await blurred.toFile(tiff)
  await (await open(tiff)).toFile(flat)
  const output = `${DISK}/check-opencv.raw`
  const same = { tiff: equal(raw, flat) }
  await peers.stripes.ask('stripe-file', { input, output })
  same.stripes = equal(raw, output)
  rmSync(output)
  await peers.call.ask('call-file', { input, output })
  same.call = equal(raw, output)
  for (const path of [raw, tiff, flat, output]) rmSync(path)
  const wrong = Object.keys(same).filter((name) => !same[name])
  const text = wrong.length === 0 ? "bytes equal to OpenCV's" : `files differ: ${wrong.join(', ')}`
  return { same: wrong.length === 0, text }
}

function equal(a, b) {
  try {
    execFileSync('cmp', ['-s', a, b])
    return true
  } catch {
    return false
  }
}
