import * as is from './is.js'
import type { Depth } from './depth.js'
import { checkJob, jobKeys, type JobOptions } from './job.js'
import type { BindingExplanation } from './native.js'
import { checkPair, type Pair } from './pair.js'
import { MAX_TILE } from './tiff.js'

/** What to explain. */
export interface ExplainOptions extends JobOptions {
  /** Where the image would go. Default `'tiff'`. */
  readonly target?: 'buffer' | 'raw' | 'tiff' | undefined
  /** Columns and rows of a TIFF's tiles. Default 512. */
  readonly tileSize?: Pair | undefined
  /** Whether to compute the image, throwing it away, to tell what was really computed. Default false. */
  readonly run?: boolean | undefined
}

/** An operation of a plan, or several point operations that run as one. */
export interface Stage {
  /** The operation, as on the command line. */
  readonly name: string
  /** Columns of its result. */
  readonly width: number
  /** Rows of its result. */
  readonly height: number
  /** Samples a pixel. */
  readonly channels: number
  /** The type of a sample. */
  readonly depth: Depth
  /** The stages that it is made from, by their place in the list. */
  readonly inputs: readonly number[]
  /** Columns of it that one pixel of the result depends on. */
  readonly windowWidth: number
  /** Rows of it that one pixel of the result depends on. */
  readonly windowHeight: number
  /** Whether rows of it are kept in memory for others, rather than lent by a file or made in place. */
  readonly isKept: boolean
}

/** How an image would be computed. */
export interface Explanation {
  /** Regions that one thread makes at a time, from top to bottom. */
  readonly units: number
  /** Columns and rows of one. */
  readonly unitWidth: number
  readonly unitHeight: number
  /** Columns and rows that are made at once. */
  readonly blockWidth: number
  readonly blockHeight: number
  /** Threads that the memory limit allows. */
  readonly threads: number
  /** Bytes of working memory for each. */
  readonly threadBytes: number
  /** Pixels that will be computed, over those that would if none were computed twice. */
  readonly recompute: number
  /** The same as it was, after a run. */
  readonly recomputed?: number | undefined
  /** What is computed, in order. */
  readonly stages: readonly Stage[]
  /** All that for people. */
  toString(): string
}

/** What the binding is asked. */
export interface Question {
  readonly layout: 'free' | 'rows' | 'tiles'
  readonly tile: { readonly x: number; readonly y: number }
  readonly run: boolean
  readonly job: JobOptions
}

const LAYOUTS = { buffer: 'free', raw: 'rows', tiff: 'tiles' } as const

/** Checks the options. */
export function checkExplain(options: ExplainOptions): Question {
  const { target = 'tiff', tileSize = 512, run = false, ...rest } = is.options(
    options,
    'explain options',
    ['target', 'tileSize', 'run', ...jobKeys],
  )
  return {
    layout: LAYOUTS[is.oneOf(target, 'target', ['buffer', 'raw', 'tiff'])],
    tile: checkPair(tileSize, 'tileSize', (value, name) => is.integer(value, name, 16, MAX_TILE)),
    run: is.boolean(run, 'run'),
    job: checkJob(rest),
  }
}

/** The binding's answer as users see it. */
export function explanation(raw: BindingExplanation, made: number | undefined): Explanation {
  const { made: planned, needed, width: _width, height: _height, stages, ...plan } = raw
  return {
    ...plan,
    recompute: planned / needed,
    ...(made === undefined ? {} : { recomputed: made / needed }),
    stages: stages as Stage[],
    toString() {
      return describe(this)
    },
  }
}

function describe(plan: Explanation): string {
  const mebibytes = (plan.threadBytes / 2 ** 20).toFixed(1)
  const real = plan.recomputed === undefined ? '' : `, ${plan.recomputed.toFixed(4)} as it was`
  const lines = [
    `${plan.units} units of ${plan.unitWidth} x ${plan.unitHeight} pixels, ${plan.blockWidth} x ${plan.blockHeight} at once`,
    `${plan.threads} threads of ${mebibytes} MiB`,
    `recompute ratio ${plan.recompute.toFixed(4)}${real}`,
  ]
  for (const [i, stage] of plan.stages.entries()) {
    const inputs = stage.inputs.length === 0 ? '' : ` of ${stage.inputs.join(', ')}`
    const window = `${stage.windowWidth} x ${stage.windowHeight}`
    const kept = stage.isKept ? ', rows kept' : ''
    lines.push(`${String(i).padStart(3)}  ${stage.name}${inputs}: ${stage.width} x ${stage.height} x ${stage.channels} ${stage.depth}, window ${window}${kept}`)
  }
  return lines.join('\n')
}
