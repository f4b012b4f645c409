/** What the numbers were measured on. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os'

import sharp from 'sharp'

import { concurrency, simd, versions } from '../../dist/index.js'
import { Peer } from './peer.mjs'

/** Describes this machine and the programs that are compared. */
export async function machine() {
  const call = new Peer('call')
  const { opencv, threads } = await call.hello()
  await call.close()
  return {
    date: new Date(),
    cpu: processor(),
    cores: availableParallelism(),
    memory: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0].toFixed(2),
    linux: release(),
    threads: { gigapx: concurrency(), opencv: threads },
    simd: simd(),
    versions: {
      gigapx: `${versions.gigapx} (commit ${version('git', ['rev-parse', '--short', 'HEAD'], /\S+/u)})`,
      Node: process.versions.node,
      Rust: version('rustc', ['--version'], /(?<=rustc )\S+/u),
      OpenCV: opencv,
      libvips: version('vips', ['--version'], /(?<=vips-)\S+/u),
      sharp: `${sharp.versions.sharp} (its own libvips ${sharp.versions.vips})`,
    },
  }
}

/** Whether libvips' command line is there. */
export function hasVips() {
  return version('vips', ['--version'], /vips/u) !== MISSING
}

const MISSING = 'not installed'

function version(program, parameters, pattern) {
  try {
    return pattern.exec(execFileSync(program, parameters, { encoding: 'utf8' }))?.[0] ?? 'unknown'
  } catch {
    return MISSING
  }
}

/** Virtual machines often hide the model's name; family and model still tell the design. */
function processor() {
  const name = cpus()[0].model.trim()
  const text = readFileSync('/proc/cpuinfo', 'utf8')
  const [family, model] = [/^cpu family\s*: (.*)$/mu, /^model\s*: (.*)$/mu].map((field) => field.exec(text)?.[1])
  return family === undefined ? name : `${name} (family ${family}, model ${model})`
}
