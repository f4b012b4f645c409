import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A folder that goes with the test. */
export function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'gigapx-test-'))
  t.teardown(() => fs.rmSync(made, { recursive: true, force: true, maxRetries: 5 }))
  return made
}

/** A file of zeros that takes no room on the disk. */
export function sparse(file, bytes) {
  fs.writeFileSync(file, '')
  fs.truncateSync(file, bytes)
  return file
}

/** A file system of its own in memory, if this user and machine allow it; options as of `mount -o`. */
export function fileSystem(t, options) {
  const directory = folder(t)
  if (process.platform !== 'linux' || process.getuid() !== 0) {
    return undefined
  }
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  // Before the folder is removed: the last teardown runs first.
  t.teardown(() => execFileSync('umount', [directory]))
  return directory
}

/** A layout for which a heavy blur takes far longer than stopping it. */
export const large = { width: 20_000, height: 15_000 }

/** Makes a sparse file of the layout {@link large} in a folder. */
export function sparseLarge(directory) {
  return sparse(path.join(directory, 'in.raw'), large.width * large.height)
}

/** Waits until a condition holds; the runner's time-out ends a wait in vain. */
export async function until(condition) {
  while (!(await condition())) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
