import { extname } from 'node:path'
import process from 'node:process'

import { runArguments } from './arguments.js'
import { compose, jobOf } from './chain.js'
import { exit, type Exit } from './exit.js'
import { pair } from './values.js'

/** `gigapx explain`: what `gigapx run` would do. */
export async function explain(args: readonly string[]): Promise<Exit> {
  const parsed = runArguments(args)
  const { output, values } = parsed
  const { 'tile-size': tileSize, format, json } = values
  const { threads } = jobOf(values)
  const image = await compose(parsed, { threads })
  const isRaw = (format ?? extname(output).slice(1).toLowerCase()) === 'raw'
  const plan = await image.explain({
    target: isRaw ? 'raw' : 'tiff',
    threads,
    ...(tileSize === undefined ? {} : { tileSize: pair(tileSize, '--tile-size') }),
  })
  process.stdout.write(`${json === true ? JSON.stringify(plan) : String(plan)}\n`)
  return exit.done
}
