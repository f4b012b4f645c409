/**
 * The case of whole graphs: a chain from file to file beside OpenCV's and libvips' sequences of calls, ten
 * filters of one image, and small windows of a chain over a giant image.
 */

import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

import { median, summarize } from './measure.mjs'
import { ROOT } from './paths.mjs'

const WINDOW_GOAL = 20
const FAN_GOAL = 1.3
const CHAIN_GOALS = { 'OpenCV, stripes on all cores': 3, libvips: 5 }

/** Runs the program that measures them; it takes turns as all cases do. */
export function runGraphs(one, _shape, repeats) {
  const script = `. scripts/opencv-env.sh && target/release/graph target ${repeats}`
  const output = execFileSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' })
  const { chain, fanOut, windows } = JSON.parse(output)
  const rows = chain.contenders.map(({ name, runs }) => summarize({ name, note: note(name, chain) }, runs, chain.pixels))
  for (const row of rows) row.ratio = rows[0].speed / row.speed
  const times = walls(windows)
  const result = {
    ...one,
    rows,
    differing: chain.differing,
    together: median(walls(fanOut.together)),
    apart: median(walls(fanOut.apart)),
    window: { median: 1e3 * median(times), slowest: 1e3 * Math.max(...times), count: times.length },
  }
  for (const line of graphs(result)) console.log(line)
  return result
}

function note(name, { rows }) {
  if (name === 'gigapx') return 'one pass'
  if (name.endsWith('copy alone')) return 'no operation: what reading and writing the files takes'
  if (name === 'libvips') return 'its masks scale and shift: three operations, in one process; other bytes'
  return name.includes('stripes') ? `stripes of ${rows} rows, all four calls in each` : 'whole images in memory touched before'
}

/** What benchmarks.md says of them. */
export function graphs({ title, rows, differing, together, apart, window }) {
  return [
    '',
    `## ${title}`,
    '',
    'The chain is Gaussian 11 x 11, Sobel dx to int16, a linear map to uint8 and a threshold, 300 MP, raw to raw, new files,',
    `input cached. Results: ${differing === 0 ? "gigapx's bytes are those of OpenCV in stripes" : `${differing} samples differ from OpenCV's`}.`,
    '',
    '| | MP/s | worst to best | median, s | gigapx / it | goal | CPU / wall | |',
    '|---|--:|--:|--:|--:|--:|--:|---|',
    ...rows.map((row) => {
      const goal = CHAIN_GOALS[row.name]
      const wanted = goal === undefined ? '-' : `${goal}, ${verdict(row.ratio >= goal)}`
      return `| ${row.name} | ${speed(row.speed)} | ${speed(row.worst)} - ${speed(row.best)} | ${row.wall.toFixed(3)} | ` +
        `${row.ratio.toFixed(2)} | ${wanted} | ${row.use.toFixed(2)} | ${row.note} |`
    }),
    '',
    `Ten filters of one image in one pass take ${together.toFixed(3)} s, one after the other ${apart.toFixed(3)} s: ` +
      `${(together / apart).toFixed(2)} times (goal: at most ${FAN_GOAL}, ${verdict(together / apart <= FAN_GOAL)}).`,
    '',
    `A window of 1024 x 1024 of three Gaussians 11 x 11 over 80,000 x 60,000 mapped pixels takes ${window.median.toFixed(2)} ms warm, ` +
      `median of ${window.count}; the slowest ${window.slowest.toFixed(2)} ms, on ${availableParallelism()} cores ` +
      `(goal: ${WINDOW_GOAL} ms, ${verdict(window.median < WINDOW_GOAL)}).`,
  ]
}

function walls(runs) {
  return runs.map(({ wall }) => wall)
}

function speed(value) {
  return Math.round(value).toLocaleString('en')
}

function verdict(reached) {
  return reached ? 'reached' : 'missed'
}
