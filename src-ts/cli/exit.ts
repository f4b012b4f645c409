import { dirname, resolve } from 'node:path'

import { GigapxError } from '../errors.js'

/** How the command ends, after sysexits.h; an interrupt is 128 plus the number of its signal. */
export const exit = {
  done: 0,
  usage: 64,
  badInput: 65,
  software: 70,
  cannotCreate: 73,
  io: 74,
  interrupted: 130,
  terminated: 143,
} as const

/** An exit status. */
export type Exit = (typeof exit)[keyof typeof exit]

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/** The input could not be opened, for the reason that is the cause. */
export class InputError extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause })
  }
}

/** The exit status for an error of a command that writes to `output`. */
export function exitFor(error: unknown, output?: string): Exit {
  if (error instanceof UsageError) {
    return exit.usage
  }
  if (error instanceof InputError) {
    return isUsage(error.cause) ? exit.usage : exit.badInput
  }
  if (!(error instanceof GigapxError)) {
    return exit.software
  }
  switch (error.code) {
    case 'ERR_INVALID_ARGUMENT':
    case 'ERR_UNSUPPORTED':
    case 'ERR_MEMORY_LIMIT':
      return exit.usage
    case 'ERR_CORRUPT_INPUT':
    case 'ERR_SOURCE_CHANGED':
      return exit.badInput
    case 'ERR_IO':
      return error.syscall === 'open' && isBeside(error.path, output) ? exit.cannotCreate : exit.io
    case 'ERR_NO_SPACE':
      return exit.io
    default:
      return exit.software
  }
}

function isUsage(cause: unknown): boolean {
  return cause instanceof GigapxError && cause.code === 'ERR_INVALID_ARGUMENT'
}

/** Whether `path` is the output or, as its temporary file, lies beside it. */
function isBeside(path: string | undefined, output: string | undefined): boolean {
  return path !== undefined && output !== undefined && dirname(resolve(path)) === dirname(resolve(output))
}
