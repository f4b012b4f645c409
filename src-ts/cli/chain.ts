import process from 'node:process'

import { SingleBar } from 'cli-progress'

import type { Image } from '../image.js'
import type { JobOptions, Progress } from '../job.js'
import { memoryLimit } from '../runtime.js'
import type { ChainArguments, CommandValues } from './arguments.js'
import { openInput } from './input.js'
import { bytes, number } from './values.js'

/** The image that a chain of filters makes of an input. Some of them compute it to find out what to do. */
export async function compose({ input, steps, values }: ChainArguments, job: JobOptions = {}): Promise<Image> {
  const limit = values['memory-limit']
  if (limit !== undefined) {
    memoryLimit(bytes(limit, '--memory-limit'))
  }
  let image = await openInput(input, values)
  for (const step of steps) {
    // oxlint-disable-next-line no-await-in-loop -- each works on what the one before has made
    image = await step.filter.apply(image, step.values, job)
  }
  return image
}

/** How a command's jobs are to run. */
export function jobOf({ threads }: CommandValues, signal?: AbortSignal): JobOptions {
  return { signal, threads: threads === undefined ? undefined : number(threads, '--threads') }
}

/** Runs a job, with a bar if a person watches. */
export async function watched<T>(
  { width, height }: Image,
  json: boolean,
  run: (options: Pick<JobOptions, 'onProgress'>) => Promise<T>,
): Promise<T> {
  if (json || process.stderr.isTTY !== true) {
    return await run({})
  }
  const bar = new SingleBar({ format: ' {bar} {percentage} % | {mp} MP/s | {eta_formatted} left', hideCursor: true })
  const started = performance.now()
  const onProgress = ({ done }: Progress): void => {
    bar.update(done, { mp: Math.round(done / 1000 / (performance.now() - started)) })
  }
  bar.start(width * height, 0, { mp: 0 })
  try {
    return await run({ onProgress })
  } finally {
    bar.stop()
  }
}
