import type { BindingError } from './native.js'

/**
 * The reason of a {@link GigapxError}, stable across versions; messages are not.
 *
 * | Code | Meaning |
 * |---|---|
 * | `ERR_INVALID_ARGUMENT` | an argument is of the wrong type or out of range |
 * | `ERR_UNSUPPORTED` | valid, but this version cannot do it |
 * | `ERR_CORRUPT_INPUT` | the file breaks the rules of its format, or is too short |
 * | `ERR_IO` | a system call failed; see `errno`, `syscall` and `path` |
 * | `ERR_NO_SPACE` | the disk, or the user's share of it, is full |
 * | `ERR_MEMORY_LIMIT` | the job cannot run within `memoryLimit()` |
 * | `ERR_BUFFER_TOO_LARGE` | the result exceeds the largest Buffer of this Node |
 * | `ERR_SOURCE_CHANGED` | the file was modified while it was read |
 * | `ERR_CLOSED` | the image was closed before, or the process is exiting |
 * | `ERR_INTERNAL` | a defect of gigapx; the process lives on |
 */
export type GigapxErrorCode =
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_UNSUPPORTED'
  | 'ERR_CORRUPT_INPUT'
  | 'ERR_IO'
  | 'ERR_NO_SPACE'
  | 'ERR_MEMORY_LIMIT'
  | 'ERR_BUFFER_TOO_LARGE'
  | 'ERR_SOURCE_CHANGED'
  | 'ERR_CLOSED'
  | 'ERR_INTERNAL'

/**
 * Every failure of gigapx but an abort, which rejects with the signal's reason.
 *
 * What can be told from the arguments alone (`ERR_INVALID_ARGUMENT`, `ERR_UNSUPPORTED` options,
 * `ERR_BUFFER_TOO_LARGE`, `ERR_CLOSED`) is thrown at the call, also by functions that return a
 * promise. Everything else rejects the promise; its stack is that of the call.
 *
 * @example
 * ```ts
 * try {
 *   await image.toFile('out.tif')
 * } catch (error) {
 *   if (error instanceof GigapxError && error.code === 'ERR_NO_SPACE') { ... }
 *   else throw error
 * }
 * ```
 */
export class GigapxError extends Error {
  static {
    this.prototype.name = 'GigapxError'
  }

  /** Why; stable across versions. */
  readonly code: GigapxErrorCode
  /** The system's error number, negative as in Node, for `ERR_IO`. */
  declare readonly errno?: number
  /** The system call that failed, for `ERR_IO` and `ERR_NO_SPACE`. */
  declare readonly syscall?: string
  /** The file that it was for, if there is one. */
  declare readonly path?: string

  constructor(
    code: GigapxErrorCode,
    message: string,
    details: { errno?: number; syscall?: string; path?: string } = {},
  ) {
    super(message)
    this.code = code
    for (const name of ['errno', 'syscall', 'path'] as const) {
      // Absent, not undefined, so that a printed error shows what it has.
      if (details[name] !== undefined) {
        Object.assign(this, { [name]: details[name] })
      }
    }
  }
}

/** Where the user called us. A failure arrives when that stack is long gone. */
export class CallSite {
  readonly #error = new Error()

  /** The stack above `callee`, the function that the user called. */
  // oxlint-disable-next-line typescript/no-unsafe-function-type -- as captureStackTrace takes it
  constructor(callee: Function) {
    Error.captureStackTrace(this.#error, callee)
  }

  /** Gives `error` the stack of the call. */
  adopt<E extends Error>(error: E): E {
    const frames = this.#error.stack?.split('\n').slice(1) ?? []
    error.stack = [`${error.name}: ${error.message}`, ...frames].join('\n')
    return error
  }
}

/** The error for a failure that the binding reports. */
export function fromBinding(error: BindingError, site: CallSite): GigapxError {
  return site.adopt(new GigapxError(error.code as GigapxErrorCode, error.message, error))
}

/**
 * Calls the binding, and turns what it throws into a {@link GigapxError}, with the stack of `site` if
 * this runs later than the user's call.
 */
export function calling<T>(call: () => T, site?: CallSite): T {
  try {
    return call()
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_')) {
      const own = new GigapxError(error.code as GigapxErrorCode, error.message)
      throw site === undefined ? own : site.adopt(own)
    }
    throw error
  }
}
