/** Builds the parts of the package that are missing, so that a fresh clone needs no other command. */

import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { Failure } from './failure.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Builds what is missing, and says so. */
export async function ensureBuilt() {
  if (!readdirSync(root).some((file) => file.endsWith('.node'))) {
    await requireCargo()
    console.log('Building the native part (npm run build:native); this takes a minute or two ...')
    await npmRun('build:native')
  }
  if (!existsSync(new URL('../../dist/index.js', import.meta.url))) {
    console.log('Building the TypeScript part (npm run build:ts) ...')
    await npmRun('build:ts')
  }
}

async function requireCargo() {
  try {
    await run('cargo', ['--version'], { stdio: 'ignore' })
  } catch {
    throw new Failure(
      'the native part of gigapx is not built, and building it needs Rust, which is not installed: ' +
        'get it from https://rustup.rs and run this again',
    )
  }
}

function npmRun(script) {
  // npm names itself to the scripts it runs. Without it, Windows finds npm only through a shell.
  const cli = process.env.npm_execpath
  return cli?.endsWith('.js')
    ? run(process.execPath, [cli, 'run', '--silent', script])
    : run('npm', ['run', '--silent', script], { shell: process.platform === 'win32' })
}

/** Runs a program in the root of the repository to its end; rejects unless it succeeds. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) {
        resolve()
      } else {
        reject(new Failure(`${command} ${args.join(' ')} failed (${signal ?? `exit code ${code}`})`))
      }
    })
  })
}
