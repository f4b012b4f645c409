import process from 'node:process'

import { GigapxError } from '../errors.js'
import { type Exit, InputError } from './exit.js'

/** Says why a command failed: in JSON on standard output, otherwise in words on standard error. */
export function fail(error: unknown, status: Exit, json: boolean): Exit {
  const cause = error instanceof InputError ? error.cause : error
  const message = cause instanceof Error ? cause.message : String(cause)
  if (json) {
    const code = cause instanceof GigapxError ? cause.code : undefined
    process.stdout.write(`${JSON.stringify({ error: { code, message, status } })}\n`)
  } else {
    process.stderr.write(`gigapx: ${message}\n`)
  }
  return status
}
