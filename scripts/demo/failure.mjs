/** How the scripts end. */

/** A failure that its message explains to the user, who needs no stack. */
export class Failure extends Error {
  /** @param status - The exit code. */
  constructor(message, status = 1) {
    super(message)
    this.status = status
  }
}

/**
 * Runs `main` with a signal that Ctrl-C aborts, so that files half written are removed; a second
 * Ctrl-C does not wait for that. Sets the exit code: 130 if interrupted.
 */
export async function runMain(name, main) {
  const controller = new AbortController()
  const interrupt = () => {
    if (controller.signal.aborted) {
      process.exit(130)
    }
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  try {
    await main(controller.signal)
  } catch (error) {
    if (controller.signal.aborted) {
      console.error(`${name}: interrupted`)
      process.exitCode = 130
    } else {
      // Failures of gigapx, of the system and of the arguments have a code and say what is wrong.
      const explained = error instanceof Failure || error.code !== undefined
      console.error(`${name}:`, explained ? error.message : error)
      process.exitCode = error.status ?? 1
    }
  } finally {
    process.off('SIGINT', interrupt)
  }
}
