/**
 * The caller's memory, which Rust reads and writes without a copy while a job runs.
 */

import { markAsUntransferable } from 'node:worker_threads'

import type { Depth } from './depth.js'
import * as is from './is.js'

/** Memory that an image can be read from. Bytes may hold any depth, other arrays only their own. */
export type PixelData = Uint8Array | Uint8ClampedArray | Uint16Array | Int16Array | Int32Array | Float32Array

/** The depth that an array's type stands for; undefined if it is none of an image's. */
export function depthOf(data: PixelData): Depth | undefined {
  if (data instanceof Uint8Array || data instanceof Uint8ClampedArray) return 'uint8'
  if (data instanceof Uint16Array) return 'uint16'
  if (data instanceof Int16Array) return 'int16'
  if (data instanceof Int32Array) return 'int32'
  if (data instanceof Float32Array) return 'float32'
  return undefined
}

/**
 * The bytes of a view that Rust may use from other threads. The memory must stay where it is, so
 * views that can be resized are refused; see also {@link pin}.
 */
export function bytesOf(view: ArrayBufferView, name: string): Uint8Array {
  if (!ArrayBuffer.isView(view)) {
    throw is.invalid('a typed array or a Buffer', name, view)
  }
  const { buffer } = view as { buffer: ArrayBufferLike & { resizable?: boolean } }
  if (!(buffer instanceof ArrayBuffer)) {
    throw is.invalid('memory that is not shared with other threads', name, buffer)
  }
  if (buffer.resizable === true) {
    throw is.invalid('memory of fixed size', name, buffer)
  }
  try {
    return new Uint8Array(buffer, view.byteOffset, view.byteLength)
  } catch {
    // The only way to tell on Node 20, where buffers have no `detached`.
    throw is.invalid('memory that has not been transferred', name, buffer)
  }
}

/** Marks memory as not transferable to other threads, for good: Rust is going to hold its address. */
export function pin(bytes: Uint8Array): void {
  markAsUntransferable(bytes.buffer as ArrayBuffer)
}

/** What a job does with the caller's memory. */
interface Use {
  readonly reads?: readonly Uint8Array[] | undefined
  readonly writes?: Uint8Array | undefined
}

const uses = new Set<Use>()

/**
 * Claims memory for a job. Refused if it writes what it reads, writes what another job that has not
 * settled uses, or reads what such a job writes: Rust may not do so, and the result would be noise.
 *
 * @returns what ends the claim
 */
export function claim(use: Use): () => void {
  if (overlaps(use.writes, use.reads)) {
    throw is.invalid('memory that the image is not computed from', 'into', use.writes)
  }
  for (const other of uses) {
    if (overlap(use.writes, other.writes) || overlaps(use.writes, other.reads)) {
      throw is.invalid('memory that no running job uses', 'into', use.writes)
    }
    if (overlaps(other.writes, use.reads)) {
      throw is.invalid('memory that no running job writes', 'the image', use.reads)
    }
  }
  uses.add(use)
  return () => uses.delete(use)
}

function overlaps(a: Uint8Array | undefined, others: readonly Uint8Array[] = []): boolean {
  return others.some((other) => overlap(a, other))
}

function overlap(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  )
}
