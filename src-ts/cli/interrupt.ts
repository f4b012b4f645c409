import process from 'node:process'

import { exit, type Exit, exitFor } from './exit.js'
import { fail } from './report.js'

/**
 * Runs a command that may take long: the first interrupt aborts it, so that temporary files go, the
 * second ends the process. Errors become exit statuses.
 */
export async function interruptible(
  { output, json }: { readonly output?: string; readonly json: boolean },
  command: (signal: AbortSignal) => Promise<void>,
): Promise<Exit> {
  const interrupts = listen()
  try {
    await command(interrupts.signal)
    return exit.done
  } catch (error) {
    const status = interrupts.status()
    if (status !== undefined && error === interrupts.signal.reason) {
      return fail(status === exit.interrupted ? 'interrupted' : 'terminated', status, json)
    }
    return fail(error, exitFor(error, output), json)
  } finally {
    interrupts.stop()
  }
}

function listen(): { signal: AbortSignal; status: () => Exit | undefined; stop: () => void } {
  const controller = new AbortController()
  let status: Exit | undefined
  const on = (code: Exit) => (): void => {
    if (status !== undefined) {
      process.exit(code)
    }
    status = code
    controller.abort()
  }
  const interrupt = on(exit.interrupted)
  const terminate = on(exit.terminated)
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  const stop = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
  }
  return { signal: controller.signal, status: () => status, stop }
}
