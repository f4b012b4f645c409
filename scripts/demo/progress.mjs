/** Progress in pixels: a bar on terminals, a line for each tenth elsewhere. */

import { SingleBar } from 'cli-progress'

const STEP = 10

/**
 * Runs `work` and shows its progress; `work` takes the function that says how many pixels are done.
 *
 * @returns the seconds it took
 */
export async function withBar(label, total, work) {
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  const speed = (done) => Math.round(done / 1e6 / seconds())
  const show = process.stdout.isTTY ? bar(label, total, speed) : lines(label, total, speed)
  try {
    await work(show.update)
    return seconds()
  } finally {
    show.stop()
  }
}

function bar(label, total, speed) {
  const single = new SingleBar({
    format: `${label.padEnd(9)} {bar} {percentage} % | {speed} MP/s | {eta_formatted} left`,
    hideCursor: true,
    stream: process.stdout,
  })
  single.start(total, 0, { speed: 0 })
  return { update: (done) => single.update(done, { speed: speed(done) }), stop: () => single.stop() }
}

/** A bar would fill a log with control characters. */
function lines(label, total, speed) {
  let next = STEP
  const update = (done) => {
    const percentage = Math.floor((done / total) * 100)
    if (percentage >= next) {
      console.log(`${label.padEnd(9)} ${percentage} % | ${speed(done)} MP/s`)
      next = percentage - (percentage % STEP) + STEP
    }
  }
  return { update, stop() {} }
}
