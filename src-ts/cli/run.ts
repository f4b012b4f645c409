import process from 'node:process'

import { SingleBar } from 'cli-progress'

import type { Image } from '../image.js'
import type { Progress } from '../job.js'
import { memoryLimit } from '../runtime.js'
import type { FileFormat, ToFileOptions } from '../target.js'
import { type CommandValues, type RunArguments, runArguments } from './arguments.js'
import { exit, type Exit, exitFor } from './exit.js'
import { openInput } from './input.js'
import { fail } from './report.js'
import { bytes, number, pair, switchable } from './values.js'

/** `gigapx run` */
export async function run(args: readonly string[]): Promise<Exit> {
  const parsed = runArguments(args)
  const json = parsed.values.json === true
  const interrupts = listen()
  try {
    const start = process.hrtime.bigint()
    const image = await compute(parsed, interrupts.signal, json)
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    report(parsed.output, image, seconds, json)
    return exit.done
  } catch (error) {
    const status = interrupts.status()
    if (status !== undefined && error === interrupts.signal.reason) {
      return fail(status === exit.interrupted ? 'interrupted' : 'terminated', status, json)
    }
    return fail(error, exitFor(error, parsed.output), json)
  } finally {
    interrupts.stop()
  }
}

async function compute({ input, output, steps, values }: RunArguments, signal: AbortSignal, json: boolean): Promise<Image> {
  const limit = values['memory-limit']
  if (limit !== undefined) {
    memoryLimit(bytes(limit, '--memory-limit'))
  }
  let image = await openInput(input, values)
  for (const step of steps) {
    image = step.filter.apply(image, step.values)
  }
  const options = { ...fileOptions(values), signal }
  if (json || process.stderr.isTTY !== true) {
    await image.toFile(output, options)
    return image
  }
  const bar = new SingleBar({ format: ' {bar} {percentage} % | {mp} MP/s | {eta_formatted} left', hideCursor: true })
  const started = performance.now()
  const onProgress = ({ done }: Progress): void => {
    bar.update(done, { mp: Math.round(done / 1000 / (performance.now() - started)) })
  }
  bar.start(image.width * image.height, 0, { mp: 0 })
  try {
    await image.toFile(output, { ...options, onProgress })
  } finally {
    bar.stop()
  }
  return image
}

function fileOptions(values: CommandValues): ToFileOptions {
  const parsed = <T>(name: 'tile-size' | 'big-tiff' | 'threads', parse: (text: string, option: string) => T): T | undefined => {
    const text = values[name]
    return text === undefined ? undefined : parse(text, `--${name}`)
  }
  return {
    format: values.format as FileFormat | undefined,
    tileSize: parsed('tile-size', pair),
    bigTiff: parsed('big-tiff', switchable),
    threads: parsed('threads', number),
    sync: values['no-sync'] !== true,
  }
}

/** Aborts at the first interrupt, so that the temporary file goes; exits at the second. */
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

function report(output: string, image: Image, seconds: number, json: boolean): void {
  const { width, height, channels, depth } = image
  const megapixelsPerSecond = (width * height) / 1e6 / seconds
  const line = json
    ? JSON.stringify({ output, width, height, channels, depth, seconds, megapixelsPerSecond })
    : `${output}: ${width} x ${height} x ${channels} ${depth} in ${seconds.toFixed(2)} s, ` +
      `${megapixelsPerSecond.toFixed(0)} MP/s`
  process.stdout.write(`${line}\n`)
}
