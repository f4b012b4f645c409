/** How much memory this process needs at most. */

import { readFileSync, writeFileSync } from 'node:fs'

const SAMPLE_EVERY_MS = 10

/** Bytes of a field of /proc/self/status; undefined where there is no such file or field. */
function status(field) {
  try {
    const text = readFileSync('/proc/self/status', 'utf8')
    const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text) ?? []
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
  } catch {
    return undefined
  }
}

/**
 * Starts to watch.
 *
 * @returns a function that ends it and gives the peaks: `anonymous`, the memory that is not page
 * cache (Node's own included), undefined where the system does not tell; `resident`, that and
 * the pages of mapped files, which the system takes back when it needs them
 */
export function watchMemory() {
  try {
    // Forgets the peak of what this process did before; needs Linux.
    writeFileSync('/proc/self/clear_refs', '5')
  } catch {
    // Then `resident` is the peak since the start of the process, which is no smaller.
  }
  let anonymous = status('RssAnon')
  const sample = () => {
    anonymous = Math.max(anonymous, status('RssAnon'))
  }
  const timer = anonymous === undefined ? undefined : setInterval(sample, SAMPLE_EVERY_MS)
  return () => {
    clearInterval(timer)
    if (anonymous !== undefined) {
      sample()
    }
    return { anonymous, resident: status('VmHWM') ?? process.resourceUsage().maxRSS * 1024 }
  }
}
