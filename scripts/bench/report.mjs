/** benchmarks.md */

import { mkdirSync, writeFileSync } from 'node:fs'

import { graphs } from './graphs.mjs'
import { packed } from './packed.mjs'
import { summary } from './summary.mjs'

export function report({ folder, start, end, size, repeats, command, results }) {
  const pixels = `${size.width.toLocaleString('en')} x ${size.height.toLocaleString('en')}`
  const megapixels = Math.round((size.width * size.height) / 1e6)
  const lines = [
    '# Benchmarks',
    '',
    `Written by \`${command}\` on ${start.date.toISOString().slice(0, 10)}. One channel, ${pixels} pixels ` +
      `(${megapixels} MP), reflected borders.`,
    ...summary(results),
    '',
    '![Speed of gigapx and its peers](benchmarks.png)',
    '',
    '| | |',
    '|---|---|',
    `| Processor | ${start.cpu}, ${start.cores} cores, ${start.memory} GiB, Linux ${start.linux} |`,
    `| Threads | gigapx ${start.threads.gigapx}, OpenCV ${start.threads.opencv} (call) and one for each core ` +
      '(stripes), libvips and sharp one for each core |',
    `| Instruction set of gigapx | ${start.simd} |`,
    ...Object.entries(start.versions).map(([name, version]) => `| ${name} | ${version} |`),
    `| Load average | ${start.load} at the start, ${end.load} at the end |`,
    '',
    ...reading(start, repeats),
    ...(results.some(({ files }) => files) ? FILES : []),
    ...results.filter((one) => !one.files && !one.graphs && !one.packed).flatMap((one) => (one.alone ? alone(one) : table(one))),
    ...results.filter(({ files }) => files).flatMap(table),
    ...results.filter((one) => one.packed).flatMap(packed),
    ...results.filter((one) => one.graphs).flatMap(graphs),
    '',
  ]
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}/benchmarks.md`, lines.join('\n'))
}

const reading = ({ cores }, repeats) => [
  '## How to read the tables',
  '',
  `Contenders run one at a time and in turn, ${repeats} rounds (libvips, sharp and what takes seconds at most 3) after one ` +
    'to warm up,',
  'each in warm memory of its own. All use the same size and sigma; libvips and sharp are made to cut their mask at the',
  'same radius. Speeds are medians. `gigapx / it` is the ratio of the medians: above 1 gigapx is faster.',
  '',
  'CPU / wall is the number of cores that were really computing. A virtual machine sometimes runs two threads on',
  `one core. In memory, a run of a parallel contender below ${(0.925 * cores).toFixed(2)} is dropped, for gigapx ` +
    'and its peers alike,',
  'if at least half of its runs remain. Where fewer remain, all are kept and marked with *: either the contender cannot',
  'use all cores or it did not get them, so its ratio is to be doubted.',
  '',
  'uint8 taps of a Gaussian are rounded to 8 bits, by OpenCV and gigapx alike; those that are 0 then, the outermost of the 31',
  'at sigma 5, cost gigapx nothing. libvips and sharp round in another way, hence other bytes; the largest difference away',
  'from the edges, where their border is another one, is in the last column.',
  '',
  '"gigapx, fast" is `precision: \'fast\'`, beside the same runs of OpenCV: it is not meant to give their bytes, and its largest',
  'difference from them is in the last column.',
  '',
  '"OpenCV, stripes" is the best that a person can do with OpenCV: its own threads off, one task for each stripe with',
  'its halo, the halo read in place; height and way of writing are the fastest of those tried before the runs. A sequence',
  'of calls is made stripe by stripe, so that what lies between them stays in cache. In one call only its Gaussian of uint8',
  'and uint16 uses several threads.',
]

const FILES = [
  '',
  'From file to file the input is cached. "Cold" output is a file that did not exist; "warm" is one that did and is',
  'cached. gigapx has nothing to gain from warm output: it always writes a new file and renames it over the old one,',
  'so that nobody ever sees half a result. OpenCV in these rows and `dd` overwrite the old file in place, which spares',
  'the system finding new pages; `cp` and `vips` truncate it. What is left to be written to the disk is flushed before',
  'each run and not timed, except in the rows with "sync"; and twice as much memory as the file takes is touched and freed, since a',
  'virtual machine that has not used its memory for some seconds has to ask its host for it. `gigapx / it` compares with',
  'gigapx raw to raw of the same kind: cold or warm, sync or not.',
]

function table({ title, rows, steal, equality }) {
  return [
    '',
    `## ${title}`,
    '',
    `Results: ${equality.same ? 'gigapx, OpenCV in stripes and OpenCV in one call give identical bytes' : equality.text}. ` +
      `The host took ${(steal * 100).toFixed(1)} % of the time.`,
    '',
    '| | MP/s | worst to best | median, s | gigapx / it | CPU / wall | runs (dropped) | |',
    '|---|--:|--:|--:|--:|--:|--:|---|',
    ...rows.map((row) => {
      const measured = row.derived
        ? { range: '-', use: '-', runs: '-' }
        : { range: range(row), use: row.use.toFixed(2), runs: runs(row) }
      return `| ${row.name} | ${speed(row.speed)} | ${measured.range} | ${row.wall.toFixed(3)} | ` +
        `${row.ratio.toFixed(2)} | ${measured.use} | ${measured.runs} | ${row.note ?? ''} |`
    }),
  ]
}

/** A case of gigapx's own ways beside each other. */
function alone({ title, rows, steal }) {
  return [
    '',
    `## ${title}`,
    '',
    `gigapx alone. The host took ${(steal * 100).toFixed(1)} % of the time.`,
    '',
    `| | MP/s | worst to best | median, s | speed / ${rows[0].name} | CPU / wall | runs (dropped) |`,
    '|---|--:|--:|--:|--:|--:|--:|',
    ...rows.map((row) =>
      `| ${row.name} | ${speed(row.speed)} | ${range(row)} | ${row.wall.toFixed(3)} | ` +
        `${row.ratio.toFixed(2)} | ${row.use.toFixed(2)} | ${runs(row)} |`),
  ]
}

const speed = (value) => Math.round(value).toLocaleString('en')
const range = ({ worst, best }) => `${speed(worst)} - ${speed(best)}`
const runs = ({ kept, dropped, starved }) => `${kept} (${dropped})${starved ? ' *' : ''}`
