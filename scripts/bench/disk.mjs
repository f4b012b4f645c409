/** What files of one contender leave behind must not burden the next. */

import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'

import { DISK, SHM } from './paths.mjs'

/**
 * Flushes what has been written, and has memory ready for a new file of so many bytes and what else it takes. The host of a virtual machine
 * takes back what its guest has freed some seconds ago, and giving it out anew costs more than a copy: whoever
 * came after a contender that had just freed a file would find memory at once, and others not.
 */
export function settle(bytes) {
  execFileSync('sync', ['-f', DISK])
  const spare = `${SHM}/spare`
  execFileSync('dd', ['if=/dev/zero', `of=${spare}`, 'bs=1M', `count=${Math.ceil(bytes / 2 ** 19)}`, 'status=none'])
  rmSync(spare)
}
