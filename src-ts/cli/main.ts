import process from 'node:process'

import { simd, versions } from '../runtime.js'
import { exit, type Exit, exitFor, UsageError } from './exit.js'
import { explain } from './explain.js'
import { help } from './help.js'
import { info } from './info.js'
import { fail } from './report.js'
import { run } from './run.js'
import { stats } from './stats.js'

/** Runs a command line, without the names of Node and of the program. */
export async function main(args: readonly string[]): Promise<Exit> {
  const [command, ...rest] = args
  if (args.includes('--help') || args.includes('-h') || command === 'help') {
    process.stdout.write(help)
    return exit.done
  }
  if (command === '--version' || command === '-V') {
    process.stdout.write(`gigapx ${versions.gigapx} (Rust ${versions.rust}, ${simd()})\n`)
    return exit.done
  }
  try {
    switch (command) {
      case 'info':
        return await info(rest)
      case 'run':
        return await run(rest)
      case 'explain':
        return await explain(rest)
      case 'stats':
        return await stats(rest)
      case undefined:
        throw new UsageError('expected a command; see gigapx --help')
      default:
        throw new UsageError(`expected info, run, explain or stats but received '${command}'; see gigapx --help`)
    }
  } catch (error) {
    return fail(error, exitFor(error), args.includes('--json'))
  }
}
