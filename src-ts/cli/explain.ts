import { extname } from 'node:path'
import process from 'node:process'

import { memoryLimit } from '../runtime.js'
import { runArguments } from './arguments.js'
import { exit, type Exit } from './exit.js'
import { openInput } from './input.js'
import { bytes, number, pair } from './values.js'

/** `gigapx explain`: what `gigapx run` would do. */
export async function explain(args: readonly string[]): Promise<Exit> {
  const { input, output, steps, values } = runArguments(args)
  const { threads, 'memory-limit': limit, 'tile-size': tileSize, format, json } = values
  if (limit !== undefined) {
    memoryLimit(bytes(limit, '--memory-limit'))
  }
  let image = await openInput(input, values)
  for (const step of steps) {
    image = step.filter.apply(image, step.values)
  }
  const isRaw = (format ?? extname(output).slice(1).toLowerCase()) === 'raw'
  const plan = await image.explain({
    target: isRaw ? 'raw' : 'tiff',
    ...(threads === undefined ? {} : { threads: number(threads, '--threads') }),
    ...(tileSize === undefined ? {} : { tileSize: pair(tileSize, '--tile-size') }),
  })
  process.stdout.write(`${json === true ? JSON.stringify(plan) : String(plan)}\n`)
  return exit.done
}
