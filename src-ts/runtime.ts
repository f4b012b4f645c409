import { calling } from './errors.js'
import * as is from './is.js'
import { native } from './native.js'

/**
 * The threads that compute, shared by all jobs of the process. Default: the processors that the
 * process may use, or the environment variable `GIGAPX_THREADS`.
 *
 * @example
 * ```ts
 * concurrency()    // 16
 * concurrency(4)   // 4: the jobs that are started from now on share four threads
 * ```
 * @param threads - 1 to 1,024. Without it nothing changes.
 * @returns the number in force
 * @throws GigapxError `ERR_INVALID_ARGUMENT`
 */
export function concurrency(threads?: number): number {
  if (threads !== undefined) {
    is.integer(threads, 'threads', 1, 1024)
    calling(() => native.setConcurrency(threads))
  }
  return native.concurrency()
}

/**
 * The bytes that all jobs of the process may use together for decoded sources, scratch and finished
 * units, over all threads; not counted are results in Buffers and what the operating system caches.
 * Default 256 MiB. A job is planned to fit, and refused with `ERR_MEMORY_LIMIT` if it cannot.
 *
 * @example
 * ```ts
 * memoryLimit(1024 ** 3)   // 1 GiB
 * ```
 * @param bytes - 1 or more. Without it nothing changes.
 * @returns the number in force
 * @throws GigapxError `ERR_INVALID_ARGUMENT`
 */
export function memoryLimit(bytes?: number): number {
  if (bytes !== undefined) {
    is.integer(bytes, 'bytes', 1)
    calling(() => native.setMemoryLimit(bytes))
  }
  return native.memoryLimit()
}

/** What gigapx is doing, over all threads of the process. */
export interface Counters {
  /** Jobs that are not over. */
  readonly jobs: number
  /** Pieces of work that are being computed. */
  readonly active: number
  /** Bytes of working memory that these pieces may use, at most `memoryLimit()`. */
  readonly reserved: number
  /** Bytes of working memory that threads hold. */
  readonly held: number
  /** The most bytes that were ever held. */
  readonly peak: number
}

/**
 * What gigapx is doing, for monitoring.
 *
 * @example
 * ```ts
 * setInterval(() => metrics.gauge('gigapx.jobs', counters().jobs), 10_000)
 * ```
 */
export function counters(): Counters {
  return native.counters()
}

/**
 * The instruction set in use: the best of this processor, or what the environment variable
 * `GIGAPX_SIMD` forces. It makes no difference to results.
 *
 * @example
 * ```ts
 * simd()   // 'avx512', 'avx2', 'neon' or 'scalar'
 * ```
 */
export function simd(): string {
  return native.simd()
}

/** The version of gigapx, and the oldest Rust that builds it. */
export const versions: { readonly gigapx: string; readonly rust: string } = Object.freeze(native.versions())
