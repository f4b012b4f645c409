/** Blurs one file into another, in the capped process that giant.mjs starts, and reports to it. */

import { concurrency, open, openRaw, simd } from 'gigapx'

import { watchMemory } from '../demo/memory.mjs'
import { readCap } from './cgroup.mjs'

const { input, output, size, channels, sigma, times, options } = JSON.parse(process.argv[2])

// The parent disconnects when it is interrupted, or dies. A terminal's Ctrl-C, which both get, is its
// to handle.
const controller = new AbortController()
process.once('disconnect', () => controller.abort())
process.on('SIGINT', () => {})

const endWatch = watchMemory()
const started = performance.now()
try {
  let image = input.endsWith('.raw') ? await openRaw(input, { ...size, channels }) : await open(input)
  for (let i = 0; i < times; i += 1) {
    image = image.gaussianBlur({ sigma })
  }
  await image.toFile(output, {
    ...options,
    onProgress: ({ done }) => process.send({ done }),
    signal: controller.signal,
  })
  const seconds = (performance.now() - started) / 1000
  const { anonymous } = endWatch()
  process.send({ outcome: { seconds, anonymous, ...readCap(), threads: concurrency(), simd: simd() } })
  process.disconnect()
} catch (error) {
  endWatch()
  if (!controller.signal.aborted) {
    throw error
  }
}
