import { CallSite } from './errors.js'
import { Image } from './image.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions, runJob } from './job.js'
import { Measurement } from './measurement.js'
import { claim } from './memory.js'
import { type BindingTarget, native } from './native.js'
import { bindingifyTarget, type ToFileOptions } from './target.js'

/**
 * An image, and the file to compute it into with how to write that; or what to find out about it,
 * {@link stats} or {@link histogram}.
 */
export type Result =
  | readonly [
      image: Image,
      path: string | URL,
      options?: Omit<ToFileOptions, 'signal' | 'onProgress' | 'threads'> | undefined,
    ]
  | readonly [image: Image, measurement: Measurement<unknown>]

/** What a result comes to: what was found out; nothing for a file. */
export type Outcome<R> = R extends readonly [Image, Measurement<infer T>] ? T : undefined

/** How to compute several images at once. */
export type WriteOptions = JobOptions

/**
 * Computes several images into a file each, and finds out about others, in one job. Those of one size are
 * made in one pass over what they come from: a source is read once, and an image that several depend
 * on is computed once. Files appear under their names when all are complete; after a failure or an
 * abort none has changed. Progress counts the pixels of all.
 *
 * @example
 * ```ts
 * const smooth = slide.gaussianBlur({ sigma: 8 })
 * const [, , { channels }] = await write([
 *   [smooth, 'smooth.tif'],
 *   [slide.absDiff(smooth), 'detail.tif', { tileSize: 256 }],
 *   [smooth, stats()],
 * ])
 * ```
 * @returns what was found out, each in the place of its result
 * @throws GigapxError as {@link Image.toFile}
 */
export function write<const R extends readonly Result[]>(
  results: R,
  options: WriteOptions = {},
): Promise<{ -readonly [K in keyof R]: Outcome<R[K]> }> {
  if (!Array.isArray(results) || results.length === 0) {
    throw is.invalid('an array of one or more [image, path]', 'results', results)
  }
  const job = checkJob(is.options(options, 'write options', jobKeys))
  const parts = results.map(part)
  const files = parts.flatMap((one) => ('target' in one ? [one] : []))
  const twice = files.find(({ target }, i) => files.findIndex((other) => other.target.path === target.path) < i)
  if (twice !== undefined) {
    throw is.invalid('different paths', 'results', twice.target.path)
  }
  const { memory } = Image.uses(results.map(([image]) => image))
  const { bindings } = Image.uses(files.map(({ image }) => image))
  const found = parts.map((one) => ('what' in one ? Image.finding(one.image, one.what) : undefined))
  const measures = found.flatMap((one) => (one === undefined ? [] : [one.measure]))
  const targets = files.map(({ target }) => target)
  const release = claim({ reads: memory })
  return runJob(job, new CallSite(write), (binding) =>
    native.BindingImage.write(binding, bindings, targets, measures),
  )
    .then(() => found.map((one) => one?.read()) as { -readonly [K in keyof R]: Outcome<R[K]> })
    .finally(release)
}

/** A result, checked. */
type Part =
  | { readonly image: Image; readonly what: Measurement<unknown> }
  | { readonly image: Image; readonly target: BindingTarget }

function part(result: Result, i: number): Part {
  if (!Array.isArray(result) || !(result[0] instanceof Image)) {
    throw is.invalid('[image, path, options] or [image, stats()]', `results[${i}]`, result)
  }
  const [image, what, how = {}] = result as Result
  if (what instanceof Measurement) {
    return { image, what }
  }
  return { image, target: bindingifyTarget(what, how, image).target }
}
