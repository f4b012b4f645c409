import process from 'node:process'

import { infoArguments } from './arguments.js'
import { exit, type Exit } from './exit.js'
import { openInput } from './input.js'

/** `gigapx info` */
export async function info(args: readonly string[]): Promise<Exit> {
  const { input, values } = infoArguments(args)
  const metadata = (await openInput(input, values)).metadata()
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify(metadata)}\n`)
  } else {
    const width = Math.max(...Object.keys(metadata).map((name) => name.length))
    for (const [name, value] of Object.entries(metadata)) {
      process.stdout.write(`${name.padEnd(width)}  ${text(value)}\n`)
    }
  }
  return exit.done
}

function text(value: unknown): string {
  return Array.isArray(value) ? value.map(({ width, height }) => `${width} x ${height}`).join(', ') : String(value)
}
