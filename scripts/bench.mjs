#!/usr/bin/env node
/**
 * Measures gigapx beside its peers and writes benchmarks.md and benchmarks.png: into docs if every case
 * ran at full size at least 5 times, otherwise into target.
 *
 *   npm run bench -- [--quick] [--pixels N] [--case NAME ...] [--repeats N] [--json FILE]
 *
 * Contenders run one at a time and in turn (A B C A B C ...), so that whatever slows the machine down
 * for a while slows all of them.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

import { CASES } from './bench/cases.mjs'
import { ROOT } from './bench/paths.mjs'
import { plot } from './bench/plot.mjs'
import { report } from './bench/report.mjs'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    case: { type: 'string', multiple: true },
    repeats: { type: 'string' },
    pixels: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const names = CASES.map(({ name }) => name)
if (values.help) {
  console.log(`npm run bench -- [--quick] [--pixels N] [--case NAME ...] [--repeats N] [--json FILE]\ncases: ${names.join(', ')}`)
  process.exit(0)
}
const repeats = Number(values.repeats ?? (values.quick ? 3 : 7))
const FULL = 300e6
const pixels = Number(values.pixels ?? (values.quick ? 75e6 : FULL))
const unknown = (values.case ?? []).find((name) => !names.includes(name))
if (unknown !== undefined) usage(`no case ${unknown}; there are ${names.join(', ')}`)
if (!(Number.isInteger(repeats) && repeats > 0)) usage('--repeats takes a number from 1')
// Below, a run is too short to say anything; above, float32 does not fit a Buffer of Node 20.
if (!(pixels >= 1e6 && pixels <= 1e9)) usage('--pixels takes a number from 1e6 to 1e9')
const height = Math.round(Math.sqrt((pixels * 3) / 4))
const size = { width: Math.round(pixels / height), height }

build()
// Only now: these load what has just been built.
const { machine } = await import('./bench/machine.mjs')
const { runAlone, runMemory } = await import('./bench/memory.mjs')
const { runFiles } = await import('./bench/files.mjs')
const { runGraphs } = await import('./bench/graphs.mjs')
const { runPacked } = await import('./bench/packed.mjs')

const start = await machine()
const results = []
for (const one of CASES.filter(({ name }) => values.case?.includes(name) ?? true)) {
  console.log(`\n${one.title}`)
  const kinds = [[one.graphs, runGraphs], [one.packed, runPacked], [one.files, runFiles], [one.alone, runAlone], [true, runMemory]]
  const [, run] = kinds.find(([is]) => is)
  // oxlint-disable-next-line no-await-in-loop -- cases must not overlap
  results.push(await run(one, size, repeats))
}
const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`
// A trial must not replace the report of a full run.
const trial = pixels < FULL || values.case !== undefined || repeats < 5
const folder = `${ROOT}/${trial ? 'target' : 'docs'}`
const end = await machine()
report({ folder, start, end, size, repeats, command, results })
await plot(folder, results, start)
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ command, start, end, size, repeats, results }, null, 2)}\n`)
}
console.log(`\nwrote ${folder}/benchmarks.md and benchmarks.png`)
// The peers' pipes are closed, but sharp's threads would keep the process for a while.
process.exit(0)

/** Builds what is missing. The peer is always asked for, since cargo knows best whether it is up to date. */
function build() {
  if (!readdirSync(ROOT).some((name) => name.endsWith('.node'))) shell('npm run build:native')
  if (!existsSync(`${ROOT}/dist/index.js`)) shell('npm run build:ts')
  shell('. scripts/opencv-env.sh && cargo build --release -p gigapx-conformance --bin peer --bin graph')
}

function usage(complaint) {
  console.error(complaint)
  process.exit(64)
}

function shell(script) {
  execFileSync('bash', ['-c', script], { cwd: ROOT, stdio: 'inherit' })
}
