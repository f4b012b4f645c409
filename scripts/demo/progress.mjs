/** A progress bar in pixels, on terminals only. */

import { SingleBar } from 'cli-progress'

/**
 * Runs `work` with a bar; `work` takes the function that says how many pixels are done.
 *
 * @returns the seconds it took
 */
export async function withBar(label, total, work) {
  const bar = new SingleBar({
    format: `${label.padEnd(9)} {bar} {percentage} % | {speed} MP/s | {eta_formatted} left`,
    hideCursor: true,
  })
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  bar.start(total, 0, { speed: 0 })
  try {
    await work((done) => bar.update(done, { speed: Math.round(done / 1e6 / seconds()) }))
    return seconds()
  } finally {
    bar.stop()
  }
}
