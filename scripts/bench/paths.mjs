/** Where things are. */

import { mkdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/u, '')
export const PEER = `${process.env.CARGO_TARGET_DIR ?? `${ROOT}/target`}/release/peer`

/** A folder in memory, for contenders that can only do files but are compared in memory. */
export const SHM = `/dev/shm/gigapx-bench-${process.pid}`
/** A folder on the disk of the checkout. */
export const DISK = `${process.env.GIGAPX_BENCH_DIR ?? `${ROOT}/target`}/bench-${process.pid}`

for (const folder of [SHM, DISK]) {
  mkdirSync(folder, { recursive: true })
}
process.once('exit', () => {
  for (const folder of [SHM, DISK]) {
    rmSync(folder, { recursive: true, force: true })
  }
})
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.exit(130))
}
