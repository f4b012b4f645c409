/** The processes of crates/conformance/src/bin/peer.rs. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

import { PEER } from './paths.mjs'

/** A peer process: one request at a time, answered in order. */
export class Peer {
  #child
  #lines

  /** @param way - `call` or `stripes` */
  constructor(way) {
    this.#child = spawn(PEER, [way], { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
  }

  /** What it says of itself when it starts: OpenCV's version and its threads. */
  async hello() {
    return this.#answer()
  }

  async ask(op, rest = {}) {
    this.#child.stdin.write(`${JSON.stringify({ op, ...rest })}\n`)
    return this.#answer()
  }

  async close() {
    this.#child.stdin.end()
    await once(this.#child, 'exit')
  }

  async #answer() {
    const { value, done } = await this.#lines.next()
    if (done) throw new Error('the peer died')
    return JSON.parse(value)
  }
}
