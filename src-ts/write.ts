import { CallSite } from './errors.js'
import { Image } from './image.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions, runJob } from './job.js'
import { claim } from './memory.js'
import { native } from './native.js'
import { bindingifyTarget, type ToFileOptions } from './target.js'

/** An image, the file to compute it into, and how to write that. */
export type Result = readonly [
  image: Image,
  path: string | URL,
  options?: Omit<ToFileOptions, 'signal' | 'onProgress' | 'threads'> | undefined,
]

/** How to compute several images at once. */
export type WriteOptions = JobOptions

/**
 * Computes several images into a file each, in one job. Those of one size are made in one pass over
 * what they come from: a source is read once, and an image that several depend on is computed once.
 * Files appear under their names when all are complete; after a failure or an abort none has changed.
 * Progress counts the pixels of all.
 *
 * @example
 * ```ts
 * const smooth = slide.gaussianBlur({ sigma: 8 })
 * await write([
 *   [smooth, 'smooth.tif'],
 *   [slide.absDiff(smooth), 'detail.tif', { tileSize: 256 }],
 * ])
 * ```
 * @throws GigapxError as {@link Image.toFile}
 */
export function write(results: readonly Result[], options: WriteOptions = {}): Promise<void> {
  if (!Array.isArray(results) || results.length === 0) {
    throw is.invalid('an array of one or more [image, path]', 'results', results)
  }
  const job = checkJob(is.options(options, 'write options', jobKeys))
  const targets = results.map((result: Result, i) => {
    if (!Array.isArray(result) || !(result[0] instanceof Image)) {
      throw is.invalid('[image, path, options]', `results[${i}]`, result)
    }
    const [, path, how = {}] = result as Result
    return bindingifyTarget(path, how).target
  })
  const twice = targets.find(({ path }, i) => targets.findIndex((other) => other.path === path) < i)
  if (twice !== undefined) {
    throw is.invalid('different paths', 'results', twice.path)
  }
  const { bindings, memory } = Image.uses(results.map(([image]) => image))
  const release = claim({ reads: memory })
  return runJob(job, new CallSite(write), (binding) => native.BindingImage.write(binding, bindings, targets))
    .then(() => undefined)
    .finally(release)
}
