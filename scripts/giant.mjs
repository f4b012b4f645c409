/**
 * The acceptance check: blurs an 80,000 x 60,000 image from file to file in a process whose memory is
 * capped, page cache included, and compares windows of the results with OpenCV.
 *
 *     node scripts/giant.mjs [--chain | --packed] [--size 80000x60000] [--limit 512M] [--sigma 2.2] [--dir /tmp] [--keep]
 *
 * With `--chain` the image has three channels and is blurred five times in one pass, under a cap of
 * 384M by default: the memory limit of gigapx and 128 MiB. With `--packed` it has three channels, comes
 * from a BigTIFF packed with Deflate and goes to one that has smaller copies too, a cloud optimised GeoTIFF, under
 * a cap of 256M.
 *
 * Linux only; needs cgroups that may be written (root, or systemd), Rust, and Debian's OpenCV. Exits with 1
 * if a pixel differs, with 2 if memory cannot be capped. Files lie in the folder gigapx-giant below
 * `--dir`; `--keep` leaves them there, and the inputs are then reused.
 */

import { once } from 'node:events'
import { mkdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { ensureBuilt, root, run } from './demo/build.mjs'
import { Failure, runMain } from './demo/failure.mjs'
import * as format from './demo/format.mjs'
import { isMade, makeMosaic, requireSpace } from './demo/mosaic.mjs'
import { withBar } from './demo/progress.mjs'
import { makeCap } from './giant/cgroup.mjs'
import { buildComparer, chooseWindows, compareWindows } from './giant/compare.mjs'

const CHILD = fileURLToPath(new URL('giant/child.mjs', import.meta.url))
const TMPFS = 0x01021994
/**
 * The inputs and one result at a time, in images of one channel, each a little larger than its pixels. A photograph
 * packs to less than two thirds.
 */
const FILES = { one: 3.1, chain: 7.1, packed: 8.1 }
const LIMITS = { one: '512M', chain: '384M', packed: '256M' }
const TIMES = 5

await runMain('giant', giant)

async function giant(signal) {
  const { mode, size, limit, sigma, folder, keep } = readArguments()
  await ensureBuilt()
  console.log('Building the comparison with OpenCV ...')
  await buildComparer()
  // Here only to fail now rather than after minutes of work.
  makeCap(limit).remove()
  try {
    await mkdir(folder, { recursive: true })
    await requireDisk(folder, size, FILES[mode])
    const inputs = await makeInputs(folder, size, mode, signal)
    const windows = chooseWindows(size)
    const jobs = jobsOf(mode, inputs, folder)
    const rows = []
    for (const job of jobs) {
      // One after the other: each has the machine, and the cap, to itself.
      // oxlint-disable-next-line no-await-in-loop
      rows.push(await check({ ...job, size, sigma, limit, windows, signal }))
      // oxlint-disable-next-line no-await-in-loop
      await rm(job.output)
    }
    report(rows, { size, sigma, limit, windows })
  } finally {
    if (!keep) {
      await rm(folder, { recursive: true, force: true })
    }
  }
}

function jobsOf(mode, inputs, folder) {
  const [raw, tiff] = ['blurred.raw', 'blurred.tif'].map((name) => join(folder, name))
  const bigTiff = true
  if (mode === 'chain') {
    return [{ name: 'RGB raw -> raw', input: inputs.rgb, output: raw, channels: 3, times: TIMES, source: inputs.rgb, options: {} }]
  }
  if (mode === 'packed') {
    const options = { bigTiff, compression: 'deflate', pyramid: 'cog' }
    return [{ name: 'RGB Deflate -> COG', input: inputs.tiff, output: tiff, channels: 3, times: 1, source: inputs.rgb, options }]
  }
  const one = { channels: 1, times: 1, source: inputs.raw }
  return [
    { name: 'raw -> raw', input: inputs.raw, output: raw, options: {}, ...one },
    { name: 'raw -> BigTIFF', input: inputs.raw, output: tiff, options: { bigTiff }, ...one },
    { name: 'BigTIFF -> BigTIFF', input: inputs.tiff, output: tiff, options: { bigTiff }, ...one },
  ]
}

function readArguments() {
  const { values } = parseArgs({
    options: {
      chain: { type: 'boolean', default: false },
      packed: { type: 'boolean', default: false },
      size: { type: 'string', default: '80000x60000' },
      limit: { type: 'string' },
      sigma: { type: 'string', default: '2.2' },
      dir: { type: 'string', default: tmpdir() },
      keep: { type: 'boolean', default: false },
    },
  })
  if (values.chain && values.packed) {
    throw new Failure('--chain and --packed are two checks: take one', 64)
  }
  const mode = values.chain ? 'chain' : values.packed ? 'packed' : 'one'
  const [, width, height] = /^(\d+)x(\d+)$/.exec(values.size) ?? []
  if (!(width >= 2048 && height >= 2048)) {
    throw new Failure(`--size must be WIDTHxHEIGHT, at least 2048x2048, not ${values.size}`, 64)
  }
  const [, count, unit] = /^(\d+)([MG])$/.exec(values.limit ?? LIMITS[mode]) ?? []
  if (count === undefined) {
    throw new Failure(`--limit must be like 512M or 1G, not ${values.limit}`, 64)
  }
  const sigma = Number(values.sigma)
  if (!(sigma > 0 && sigma <= 10)) {
    throw new Failure(`--sigma must be above 0 and at most 10, not ${values.sigma}`, 64)
  }
  return {
    mode,
    size: { width: Number(width), height: Number(height) },
    limit: count * 2 ** (unit === 'G' ? 30 : 20),
    sigma,
    folder: join(resolve(values.dir), 'gigapx-giant'),
    keep: values.keep,
  }
}

async function requireDisk(folder, size, files) {
  if ((await statfs(folder)).type === TMPFS) {
    throw new Failure(`${folder} lies in memory (tmpfs), which the cap counts: choose a disk with --dir`)
  }
  await requireSpace(folder, size.width * size.height * files)
}

async function makeInputs(folder, size, mode, signal) {
  const { openRaw } = await import('gigapx')
  const pixels = size.width * size.height
  const raw = join(folder, `input-${size.width}x${size.height}.raw`)
  const tiff = raw.replace('.raw', '.tif')
  if (!(await isMade(raw, size))) {
    console.log(`Making ${raw}`)
    await withBar('mosaic', pixels, (onPixels) => makeMosaic(raw, size, { signal, onPixels }))
  }
  const image = await openRaw(raw, size)
  if (mode !== 'one') {
    const rgb = raw.replace('.raw', '-rgb.raw')
    console.log(`Making ${rgb}`)
    await withBar('colours', pixels, (onPixels) =>
      image
        .joinChannels(image.negate(), image.gamma(0.7))
        .toFile(rgb, { onProgress: ({ done }) => onPixels(done), signal }),
    )
    if (mode === 'packed') {
      await copy(await openRaw(rgb, { ...size, channels: 3 }), tiff, { compression: 'deflate', level: 1 }, signal)
    }
    return { rgb, tiff }
  }
  await copy(image, tiff, {}, signal)
  return { raw, tiff }
}

async function copy(image, path, options, signal) {
  console.log(`Making ${path}`)
  await withBar('copy', image.width * image.height, (onPixels) =>
    image.toFile(path, { ...options, bigTiff: true, onProgress: ({ done }) => onPixels(done), signal }),
  )
}

/** Runs a job under the cap and compares its result. */
async function check({ name, input, output, size, channels, sigma, times, options, limit, windows, source, signal }) {
  // Pages that are cached already would cost the capped process nothing.
  await run('dd', [`if=${input}`, 'iflag=nocache', 'count=0', 'status=none'])
  console.log(`Running ${name}`)
  // A group of its own, for its figures are those of all that ever ran in it.
  const cap = makeCap(limit)
  let outcome
  try {
    await withBar('blur', size.width * size.height, async (onPixels) => {
      outcome = await runCapped(cap, { input, output, size, channels, sigma, times, options }, { onPixels, signal })
    })
  } finally {
    cap.remove()
  }
  if (outcome.limit > limit) {
    throw new Failure(`the cap was not in force: ${outcome.limit} bytes instead of ${limit}`)
  }
  console.log(`Comparing ${windows.length} windows`)
  const compared = await compareWindows({ source, size, channels, result: output, sigma, times, windows })
  return { name, channels, times, cap: cap.name, ...outcome, wrong: compared.filter(({ differing }) => differing > 0) }
}

async function runCapped(cap, job, { onPixels, signal }) {
  signal.throwIfAborted()
  const child = cap.start(process.execPath, [CHILD, JSON.stringify(job)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const stop = () => child.disconnect()
  signal.addEventListener('abort', stop)
  let outcome
  child.on('message', (message) => {
    outcome = message.outcome ?? outcome
    if (message.done !== undefined) {
      onPixels(message.done)
    }
  })
  // Both: messages may arrive after the exit, but not after the disconnection. There is no `close` if
  // it is this side that disconnects.
  const [[code, killer]] = await Promise.all([once(child, 'exit'), once(child, 'disconnect')])
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
  if (code !== 0 || outcome === undefined) {
    // SIGKILL is how the system ends a process that does not fit its cap.
    throw new Failure(`the capped process failed (${killer ?? `exit code ${code}`})`)
  }
  return outcome
}

function mebibytes(count) {
  return count === undefined ? 'unknown' : `${Math.round(count / 2 ** 20)} MiB`
}

function report(rows, { size, sigma, limit, windows }) {
  const [{ cap, threads, simd, channels, times }] = rows
  console.log(
    `\n${format.size(size)}${channels === 1 ? '' : ` x ${channels}`} uint8, ${times === 1 ? '' : `${times} filters of `}` +
      `sigma ${sigma}, cap ${mebibytes(limit)} by ${cap}, page cache included; ` +
      `${threads} threads, SIMD ${simd}; inputs not cached, results flushed to the disk; ` +
      `${windows.length} windows of 700 x 500 compared with OpenCV`,
  )
  console.table(
    Object.fromEntries(
      rows.map(({ name, seconds, anonymous, peak, reclaims, wrong }) => [
        name,
        {
          'time': `${seconds.toFixed(1)} s`,
          'speed': format.speed(size, seconds),
          'not page cache, peak': mebibytes(anonymous),
          'cgroup, peak': mebibytes(peak),
          'met the cap': reclaims,
          'windows that differ': wrong.length,
        },
      ]),
    ),
  )
  const wrong = rows.flatMap((row) => row.wrong.map((window) => ({ job: row.name, ...window })))
  if (wrong.length > 0) {
    console.table(wrong)
    throw new Failure('results differ from OpenCV')
  }
}
