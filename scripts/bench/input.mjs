/** The image that all contenders filter. */

import { closeSync, openSync, readSync, writeSync } from 'node:fs'

import { BYTES } from './cases.mjs'

/**
 * Writes an image of noise. No contender's speed depends on what is in the image, but equality of
 * results would mean little if the image were flat.
 */
export function writeInput(path, { width, height }, depth) {
  // A prime number of samples, so that the repeats of the block do not line up in columns.
  const block = noise(1_048_573, depth)
  const total = width * height * BYTES[depth]
  const file = openSync(path, 'w')
  for (let done = 0; done < total; ) {
    done += writeSync(file, block, 0, Math.min(block.length, total - done))
  }
  closeSync(file)
}

function noise(length, depth) {
  const words = new Uint32Array(length)
  let state = 0x9e3779b9
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  if (depth === 'uint8') return new Uint8Array(Uint8Array.from(words).buffer)
  if (depth === 'uint16') return new Uint8Array(Uint16Array.from(words).buffer)
  if (depth === 'int16') return new Uint8Array(Int16Array.from(words).buffer)
  return new Uint8Array(Float32Array.from(words, (word) => word / 2 ** 32).buffer)
}

/** Fills memory from a file. A single read may return less than it was asked for. */
export function readInto(path, bytes) {
  const file = openSync(path, 'r')
  for (let done = 0; done < bytes.length; ) {
    done += readSync(file, bytes, done, Math.min(bytes.length - done, 2 ** 30), done)
  }
  closeSync(file)
}
