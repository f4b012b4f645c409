import { calling, type CallSite, fromBinding, GigapxError } from './errors.js'
import * as is from './is.js'
import { type BindingError, type BindingJob, native, shutDownAtExit } from './native.js'

/** How far a job is. */
export interface Progress {
  /** Pixels of the result that are finished. */
  readonly done: number
  /** Pixels of the result. */
  readonly total: number
  /** `done / total`, 0 to 1. */
  readonly fraction: number
}

/** How to run a job; every sink takes these. */
export interface JobOptions {
  /**
   * Stops the job: it rejects with `signal.reason` as soon as no thread uses the caller's memory any
   * more, within some tens of milliseconds. A file that was being written is removed. If the signal
   * is aborted already, nothing is started. Aborting after the end does no harm.
   */
  readonly signal?: AbortSignal | undefined
  /**
   * Called as the job progresses, not after every step. `done` never falls; the last call, before
   * the promise resolves, has `done === total`. If it throws, the job stops and rejects with what was
   * thrown.
   */
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** The most threads for this job, 1 to 1,024. Default: all that {@link concurrency} allows. */
  readonly threads?: number | undefined
}

const MAX_THREADS = 1024

/** The names of the options, for the sinks that add their own. */
export const jobKeys = ['signal', 'onProgress', 'threads'] as const

/** Checks the options of a job. */
export function checkJob({ signal, onProgress, threads }: JobOptions): JobOptions {
  is.signal(signal, 'signal')
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw is.invalid('a function', 'onProgress', onProgress)
  }
  if (threads !== undefined) {
    is.integer(threads, 'threads', 1, MAX_THREADS)
  }
  return { signal, onProgress, threads }
}

/**
 * The JavaScript side of a native job: abort and progress. Throws the signal's reason if that is
 * aborted already; {@link release} must follow in any other case.
 */
export class Job {
  readonly binding: BindingJob
  readonly #options: JobOptions
  readonly #site: CallSite
  #aborted = false
  /** What the progress callback threw. */
  #thrown: { error: unknown } | undefined
  #reported = 0
  #over = false

  constructor(options: JobOptions, site: CallSite) {
    options.signal?.throwIfAborted()
    this.#options = options
    this.#site = site
    // Without a callback the binding need not wake this thread.
    const onProgress = options.onProgress && (() => this.#report())
    this.binding = new native.BindingJob(options.threads ?? 0, onProgress)
    options.signal?.addEventListener('abort', this.#abort, { once: true })
    shutDownAtExit()
  }

  /** Throws if the job failed or was stopped. */
  check(error: BindingError | undefined): void {
    if (this.#thrown !== undefined) {
      throw this.#thrown.error
    }
    if (error === undefined) {
      return
    }
    if (error.code !== 'ABORTED') {
      throw fromBinding(error, this.#site)
    }
    if (this.#aborted) {
      throw this.#options.signal?.reason
    }
    throw this.#site.adopt(new GigapxError('ERR_CLOSED', 'the job was stopped by the end of its thread'))
  }

  /** Reports the end of a job that succeeded. */
  complete(): void {
    this.#report()
    this.check(undefined)
  }

  /** Ends the reports, and lets go of the signal, which may live long and serve many jobs. */
  release(): void {
    this.#over = true
    this.#options.signal?.removeEventListener('abort', this.#abort)
  }

  readonly #abort = (): void => {
    this.#aborted = true
    this.binding.cancel()
  }

  #report(): void {
    const { done, total } = this.binding
    if (this.#over || this.#thrown !== undefined || this.#aborted || done <= this.#reported) {
      return
    }
    this.#reported = done
    try {
      this.#options.onProgress?.({ done, total, fraction: done / total })
    } catch (error) {
      this.#thrown = { error }
      this.binding.cancel()
    }
  }
}

/** Runs a job to its end, and lets go of everything. */
export async function runJob<O extends { error?: BindingError }>(
  options: JobOptions,
  site: CallSite,
  start: (job: BindingJob) => Promise<O>,
): Promise<O> {
  const job = new Job(options, site)
  try {
    const outcome = await calling(() => start(job.binding), site)
    job.check(outcome.error)
    job.complete()
    return outcome
  } finally {
    job.release()
  }
}
