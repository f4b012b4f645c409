/* oxlint-disable no-await-in-loop -- contenders must run one at a time */
/** Runs contenders in turn and sums their runs up. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { setTimeout } from 'node:timers/promises'

/** Below this share of all cores a run did not get them: 1.85 of 2. */
const FULL = 0.925 * availableParallelism()

/**
 * A contender is `{ name, run, prepare?, rehearse?, repeats?, parallel?, against?, note? }`. `run` resolves to
 * `{ wall, cpu }` in seconds; `prepare` comes before each run and is not timed. With `rehearse` an untimed run comes
 * right before each timed one: cores that have idled, or waited for one thread of another contender, take some hundred
 * milliseconds to come to speed, and whoever runs next would pay for it. Its ratio is that of the contender
 * named `against` to it, or of the first.
 */
export async function interleave(contenders, repeats, pixels) {
  const runs = new Map(contenders.map((contender) => [contender, []]))
  const before = ticks()
  // Round -1 warms up: it touches memory and fills caches, and is not counted.
  for (let round = -1; round < repeats; round++) {
    for (const contender of contenders) {
      if (round >= (contender.repeats ?? repeats)) continue
      await contender.prepare?.()
      // Threads of the one before may still spin for a moment.
      await setTimeout(30)
      if (contender.rehearse) await contender.run()
      const cost = await contender.run()
      if (round >= 0) runs.get(contender).push(cost)
    }
  }
  const after = ticks()
  const rows = contenders.map((contender) => summarize(contender, runs.get(contender), pixels))
  for (const row of rows) {
    const ours = rows.find(({ name }) => name === row.against) ?? rows[0]
    row.ratio = ours.speed / row.speed
    console.log(
      `  ${row.name.padEnd(44)} ${row.speed.toFixed(0).padStart(6)} MP/s  x${row.ratio.toFixed(2)}  ` +
        `CPU/wall ${row.use.toFixed(2)}  ${row.kept} runs, ${row.dropped} dropped  ${row.note ?? ''}`,
    )
  }
  return { rows, steal: (after.steal - before.steal) / (after.total - before.total) }
}

/** What the runs of a contender come to. */
export function summarize({ name, parallel = false, against, note }, runs, pixels) {
  // A virtual machine sometimes puts two threads on one core. Such a run says nothing about software.
  const full = parallel ? runs.filter(({ wall, cpu }) => cpu / wall >= FULL) : runs
  const kept = full.length >= Math.max(2, Math.ceil(runs.length / 2)) ? full : runs
  const walls = kept.map((run) => run.wall)
  const time = median(walls)
  return {
    name,
    against,
    note,
    wall: time,
    speed: pixels / time / 1e6,
    best: pixels / Math.min(...walls) / 1e6,
    worst: pixels / Math.max(...walls) / 1e6,
    use: median(kept.map((run) => run.cpu / run.wall)),
    kept: kept.length,
    dropped: runs.length - kept.length,
    /** Every single run, for --json. */
    runs: runs.map((run) => Object.assign({ kept: kept.includes(run) }, run)),
    /** Whether it lacked cores in so many runs that they had to be kept. */
    starved: parallel && kept.some(({ wall, cpu }) => cpu / wall < FULL),
  }
}

/** The middle one. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}

/** Times work of this process and its threads. */
export async function own(work) {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { wall, cpu: (user + system) / 1e6 }
}

/** Times a program, by the shell, which knows the CPU time of its children. Arguments need no quotes. */
export function program(command) {
  const script = `TIMEFORMAT='%R %U %S'; time ${command} >/dev/null`
  // Everything on standard error but the last line is a complaint of the program.
  const output = execFileSync('bash', ['-e', '-c', `{ ${script}; } 2>&1`], { encoding: 'utf8' })
  const [wall, user, system] = output.trim().split('\n').at(-1).split(' ').map(Number)
  return { wall, cpu: user + system }
}

/** Time of all cores since the machine started, and what the host took of it. */
function ticks() {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/u).slice(1, 9).map(Number)
  return { total: fields.reduce((a, b) => a + b), steal: fields[7] }
}
