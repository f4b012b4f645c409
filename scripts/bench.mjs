#!/usr/bin/env node
/**
 * Measures gigapx beside its peers and writes benchmarks.md and benchmarks.png: into docs if every case
 * ran at full size at least 5 times, otherwise into target.
 *
 *   npm run bench -- [--quick] [--case NAME ...] [--repeats N]
 *
 * Contenders run one at a time and in turn (A B C A B C ...), so that whatever slows the machine down
 * for a while slows all of them.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
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
    help: { type: 'boolean', short: 'h', default: false },
  },
})
const names = CASES.map(({ name }) => name)
if (values.help) {
  console.log(`npm run bench -- [--quick] [--case NAME ...] [--repeats N]\ncases: ${names.join(', ')}`)
  process.exit(0)
}
const repeats = Number(values.repeats ?? (values.quick ? 3 : 7))
const unknown = (values.case ?? []).find((name) => !names.includes(name))
if (unknown !== undefined || !(Number.isInteger(repeats) && repeats > 0)) {
  console.error(unknown === undefined ? 'bad --repeats' : `no case ${unknown}; there are ${names.join(', ')}`)
  process.exit(64)
}
const size = values.quick ? { width: 10_000, height: 7_500 } : { width: 20_000, height: 15_000 }

build()
// Only now: these load what has just been built.
const { machine } = await import('./bench/machine.mjs')
const { runMemory } = await import('./bench/memory.mjs')
const { runFiles } = await import('./bench/files.mjs')

const start = await machine()
const results = []
for (const one of CASES.filter(({ name }) => values.case?.includes(name) ?? true)) {
  console.log(`\n${one.title}`)
  const run = one.files ? runFiles : runMemory
  // oxlint-disable-next-line no-await-in-loop -- cases must not overlap
  results.push(await run(one, size, repeats))
}
const command = `npm run bench${process.argv.length > 2 ? ` -- ${process.argv.slice(2).join(' ')}` : ''}`
// A trial must not replace the report of a full run.
const trial = values.quick || values.case !== undefined || repeats < 5
const folder = `${ROOT}/${trial ? 'target' : 'docs'}`
report({ folder, start, end: await machine(), size, repeats, command, results })
await plot(folder, results, start)
console.log(`\nwrote ${folder}/benchmarks.md and benchmarks.png`)
// The peers' pipes are closed, but sharp's threads would keep the process for a while.
process.exit(0)

/** Builds what is missing. The peer is always asked for, since cargo knows best whether it is up to date. */
function build() {
  if (!readdirSync(ROOT).some((name) => name.endsWith('.node'))) shell('npm run build:native')
  if (!existsSync(`${ROOT}/dist/index.js`)) shell('npm run build:ts')
  shell('. scripts/opencv-env.sh && cargo build --release -p gigapx-conformance --bin peer')
}

function shell(script) {
  execFileSync('bash', ['-c', script], { cwd: ROOT, stdio: 'inherit' })
}
