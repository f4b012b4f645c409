import { parseArgs, type ParseArgsConfig } from 'node:util'

import { tagNames } from '../tags.js'
import { UsageError } from './exit.js'
import { type CliFilter, filters, type Values } from './filters.js'

type Options = NonNullable<ParseArgsConfig['options']>

/** Options of every command. */
const COMMON = {
  raw: { type: 'string' },
  access: { type: 'string' },
  json: { type: 'boolean' },
} as const satisfies Options

/** Options of `run`; they may stand anywhere behind it. */
const RUN = {
  ...COMMON,
  format: { type: 'string' },
  compression: { type: 'string' },
  level: { type: 'string' },
  quality: { type: 'string' },
  'chroma-subsampling': { type: 'string' },
  predictor: { type: 'string' },
  pyramid: { type: 'string' },
  decimation: { type: 'string' },
  overlap: { type: 'string' },
  'tile-format': { type: 'string' },
  'tile-size': { type: 'string' },
  'rows-per-strip': { type: 'string' },
  'big-tiff': { type: 'string' },
  keep: { type: 'string' },
  'no-sync': { type: 'boolean' },
  threads: { type: 'string' },
  'memory-limit': { type: 'string' },
} as const satisfies Options

/** The values of the options of a command. */
export interface CommandValues {
  raw?: string
  access?: string
  json?: boolean
  format?: string
  compression?: string
  level?: string
  quality?: string
  'chroma-subsampling'?: string
  predictor?: string
  pyramid?: string
  decimation?: string
  overlap?: string
  'tile-format'?: string
  'tile-size'?: string
  'rows-per-strip'?: string
  'big-tiff'?: string
  keep?: string
  'no-sync'?: boolean
  threads?: string
  'memory-limit'?: string
}

/** `gigapx info` */
export interface InfoArguments {
  readonly input: string
  readonly values: CommandValues
}

/** A chain of filters over an input. */
export interface ChainArguments {
  readonly input: string
  readonly steps: readonly { readonly filter: CliFilter; readonly values: Values }[]
  readonly values: CommandValues
}

/** `gigapx run` */
export interface RunArguments extends ChainArguments {
  readonly output: string
}

/** Understands what follows `gigapx info`. */
export function infoArguments(args: readonly string[]): InfoArguments {
  const { positionals, values } = parse(args, COMMON)
  const [input, ...rest] = positionals
  if (input === undefined || rest.length > 0) {
    throw new UsageError('expected one input: gigapx info IN')
  }
  return { input, values }
}

/** Understands what follows `gigapx run`. */
export function runArguments(args: readonly string[]): RunArguments {
  const { files, ...chain } = chainArguments(args, 2)
  const [input, output] = files
  if (input === undefined || output === undefined) {
    throw new UsageError('expected an input and an output: gigapx run IN OUT FILTER')
  }
  return { input, output, ...chain }
}

/** Understands what follows `gigapx stats`. */
export function statsArguments(args: readonly string[]): ChainArguments {
  const { files, ...chain } = chainArguments(args, 1)
  const [input] = files
  if (input === undefined) {
    throw new UsageError('expected an input: gigapx stats IN FILTER')
  }
  return { input, ...chain }
}

/** Understands so many files and the filters behind them. */
function chainArguments(
  args: readonly string[],
  count: number,
): { files: string[] } & Pick<ChainArguments, 'steps' | 'values'> {
  const [first = [], ...others] = split(joinNegatives(joinKept(args)))
  const names = positionalsOf(first)
  const name = names[count]
  const values: CommandValues = {}
  const steps: { filter: CliFilter; values: Values }[] = []
  const add = (segment: readonly string[], filterName: string | undefined, before: number): void => {
    const filter = filterName === undefined ? undefined : findFilter(filterName)
    const parsed = parse(segment, { ...RUN, ...optionsOf(filter) })
    const extra = parsed.positionals[filter === undefined ? before : before + 1]
    if (extra !== undefined) {
      throw new UsageError(`expected '!' before another filter but received '${extra}'`)
    }
    const own: Values = {}
    for (const [key, value] of Object.entries(parsed.values)) {
      Object.assign(filter?.options.includes(key) === true ? own : values, { [key]: value })
    }
    if (filter !== undefined) {
      steps.push({ filter, values: own })
    }
  }
  add(first, name, count)
  for (const segment of others) {
    const [filterName] = positionalsOf(segment)
    if (filterName === undefined || name === undefined) {
      throw new UsageError("expected a filter on both sides of '!'")
    }
    add(segment, filterName, 0)
  }
  return { files: names.slice(0, count), steps, values }
}

/** Gives `--keep` its value: the names behind it, or all where none are. */
function joinKept(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    if (arg === '--keep') {
      return [`--keep=${isList(args[i + 1]) ? args[i + 1] : 'all'}`]
    }
    return args[i - 1] === '--keep' && isList(arg) ? [] : [arg]
  })
}

/** Whether an argument names parts of tags. */
function isList(arg: string | undefined): boolean {
  const names = new Set<string>(['all', ...tagNames])
  return arg?.split(',').some((name) => names.has(name)) ?? false
}

/** Makes `--name=-1` of `--name -1`, or the value would pass for an option. */
function joinNegatives(args: readonly string[]): string[] {
  const joined: string[] = []
  for (const arg of args) {
    const before = joined.at(-1)
    if (before !== undefined && /^--[^=]+$/.test(before) && /^-\.?\d/.test(arg)) {
      joined[joined.length - 1] = `${before}=${arg}`
    } else {
      joined.push(arg)
    }
  }
  return joined
}

/** Cuts a list at each `!`. */
function split(args: readonly string[]): string[][] {
  const segments: string[][] = [[]]
  for (const arg of args) {
    if (arg === '!') {
      segments.push([])
    } else {
      segments.at(-1)?.push(arg)
    }
  }
  return segments
}

/** What is no option. The filter is not known yet, so the options of all are taken for its own. */
function positionalsOf(args: readonly string[]): string[] {
  const every = [...filters.values()].map(optionsOf)
  const options: Options = Object.assign({}, ...every, RUN)
  return parseArgs({ args: [...args], options, strict: false }).positionals
}

function findFilter(name: string): CliFilter {
  const filter = filters.get(name)
  if (filter === undefined) {
    throw new UsageError(`expected one of ${[...filters.keys()].join(', ')} for FILTER but received '${name}'`)
  }
  return filter
}

function optionsOf(filter: CliFilter | undefined): Options {
  return Object.fromEntries((filter?.options ?? []).map((name) => [name, { type: 'string' }]))
}

function parse(args: readonly string[], options: Options): { positionals: string[]; values: CommandValues } {
  try {
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { positionals, values: { ...values } }
  } catch (error) {
    // Its further lines are advice at length.
    const [message] = (error as Error).message.split('\n', 1)
    throw new UsageError(message)
  }
}
