import { spawn } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the repository: there a script can import `gigapx` by name. */
export const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))))

/** Runs Node; resolves to how it ended and what it printed. `onSpawn` gets the process. */
export function node(args, { cwd = root, env, onSpawn } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...env } })
    const result = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (result.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (result.stderr += text))
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ ...result, code, signal }))
    onSpawn?.(child)
  })
}

/** Runs a module given as text, with `args` in `process.argv` from index 1 on. */
export function script(text, ...args) {
  return node(['--input-type=module', '--eval', text, ...args])
}

/** Runs the command line. */
export function cli(args, options) {
  return node([path.join(root, 'dist/cli.js'), ...args], options)
}
