/**
 * Writes into README.md what is made of tables: `node scripts/readme.mjs`. With `--check` it only says,
 * by its status, whether README.md is as it would be written.
 */
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import { manual } from './formats/table.mjs'

const file = path.join(import.meta.dirname, '..', 'README.md')
const [start, end] = ['<!-- made by scripts/readme.mjs of scripts/formats/matrix.json -->', '<!-- end -->']
const text = fs.readFileSync(file, 'utf8')
const [before, rest] = text.split(start)
if (rest === undefined || !rest.includes(end)) {
  throw new Error(`README.md has no part between ${start} and ${end}`)
}
const made = [`${before}${start}`, '', ...manual(), '', rest.slice(rest.indexOf(end))].join('\n')
if (process.argv.includes('--check')) {
  if (made !== text) {
    console.error('README.md differs from scripts/formats/matrix.json: run node scripts/readme.mjs')
    process.exitCode = 1
  }
} else {
  fs.writeFileSync(file, made)
}
