/** Runs a program under a cap on its memory, page cache included. Linux only. */

import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { Failure } from '../demo/failure.mjs'

const V1 = '/sys/fs/cgroup/memory'
/** Bytes of swap that a cgroup v1 may use. */
const V1_SWAP = 2 ** 20
const V2 = '/sys/fs/cgroup'
const V2_ROOT = join(V2, 'cgroup.controllers')
/** A shell that enters the cgroup named by its first argument, and becomes the program in the rest. */
const ENTER = 'echo $$ > "$0/cgroup.procs" && exec "$@"'

/**
 * Finds a way to cap memory at `limit` bytes.
 *
 * @returns `name`, for people; `start(command, args, options)`, as `spawn`; `remove()`, to call at the end
 * @throws Failure with status 2 if there is none
 */
export function makeCap(limit) {
  if (existsSync(join(V1, 'memory.limit_in_bytes'))) {
    // The second counts memory and swap together. Were it equal it would be met first, and Linux 6.18 does
    // not record how often.
    const both = limit + V1_SWAP
    return folderCap(V1, ['memory.limit_in_bytes', limit], ['memory.memsw.limit_in_bytes', both], 'cgroup v1')
  }
  if (existsSync(V2_ROOT)) {
    return isWritable(join(V2, 'cgroup.procs')) && delegatesMemory()
      ? folderCap(V2, ['memory.max', limit], ['memory.swap.max', 0], 'cgroup v2')
      : systemdCap(limit)
  }
  throw unavailable('there are no cgroups')
}

/** Takes the files that limit memory and swap, each with its value. */
function folderCap(parent, [memoryFile, memory], [swapFile, swap], name) {
  const folder = join(parent, `gigapx-${process.pid}`)
  try {
    mkdirSync(folder)
  } catch (error) {
    throw unavailable(error.message)
  }
  const remove = () => rmdirSync(folder)
  try {
    writeFileSync(join(folder, memoryFile), String(memory))
    // Kernels that do not count swap have no file to limit it.
    if (existsSync(join(folder, swapFile))) {
      writeFileSync(join(folder, swapFile), String(swap))
    }
  } catch (error) {
    remove()
    throw unavailable(error.message)
  }
  return {
    name,
    start: (command, args, options) => spawn('sh', ['-c', ENTER, folder, command, ...args], options),
    remove,
  }
}

/** Without rights of our own the user's service manager may have some. */
function systemdCap(limit) {
  const user = process.getuid() === 0 ? [] : ['--user']
  const wrapper = [...user, '--scope', '--quiet', '-p', `MemoryMax=${limit}`, '-p', 'MemorySwapMax=0', '--']
  const probe = spawnSync('systemd-run', [...wrapper, 'true'], { encoding: 'utf8' })
  if (probe.status !== 0) {
    throw unavailable(probe.error?.message ?? probe.stderr.trim())
  }
  return {
    name: 'systemd-run',
    start: (command, args, options) => spawn('systemd-run', [...wrapper, command, ...args], options),
    remove() {},
  }
}

function delegatesMemory() {
  return readFileSync(join(V2, 'cgroup.subtree_control'), 'utf8').split(/\s+/).includes('memory')
}

function isWritable(path) {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function unavailable(reason) {
  const message =
    `memory cannot be capped here (${reason}): run this on Linux as root, ` +
    'or where systemd-run --user may set MemoryMax'
  return new Failure(message, 2)
}

/**
 * What the cgroup of this process says about memory: `limit`, `peak` (page cache included) and `reclaims`,
 * how often the limit was met and pages were taken back.
 */
export function readCap() {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
  const [, v1] = lines.map((line) => /^\d+:(?:.+,)?memory(?:,.+)?:(.*)$/.exec(line)).find(Boolean) ?? []
  if (v1 !== undefined) {
    const value = (name) => Number(readFileSync(join(V1, v1, name), 'utf8'))
    return {
      limit: value('memory.limit_in_bytes'),
      peak: value('memory.max_usage_in_bytes'),
      reclaims: value('memory.failcnt'),
    }
  }
  const folder = join(V2, lines.find((line) => line.startsWith('0::')).slice('0::'.length))
  const [, reclaims] = /^max (\d+)$/m.exec(readFileSync(join(folder, 'memory.events'), 'utf8'))
  // Kernels before 5.19 do not record the peak.
  const peak = join(folder, 'memory.peak')
  return {
    limit: Number(readFileSync(join(folder, 'memory.max'), 'utf8')),
    peak: existsSync(peak) ? Number(readFileSync(peak, 'utf8')) : undefined,
    reclaims: Number(reclaims),
  }
}
