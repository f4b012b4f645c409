import process from 'node:process'

import type { Image } from '../image.js'
import type { TagName } from '../tags.js'
import type { ToFileOptions } from '../target.js'
import { type CommandValues, runArguments } from './arguments.js'
import { compose, jobOf, watched } from './chain.js'
import type { Exit } from './exit.js'
import { interruptible } from './interrupt.js'
import { bool, number, pair, switchable } from './values.js'

/** `gigapx run` */
export function run(args: readonly string[]): Promise<Exit> {
  const parsed = runArguments(args)
  const { output, values } = parsed
  const json = values.json === true
  return interruptible({ output, json }, async (signal) => {
    const start = process.hrtime.bigint()
    const job = jobOf(values, signal)
    const image = await compose(parsed, job)
    const file = fileOptions(values)
    await watched(image, json, (progress) => image.toFile(output, { ...file, ...job, ...progress }))
    report(output, image, Number(process.hrtime.bigint() - start) / 1e9, json)
  })
}

type Parsed = 'level' | 'quality' | 'predictor' | 'tile-size' | 'rows-per-strip' | 'big-tiff' | 'overlap'

function fileOptions(values: CommandValues): ToFileOptions {
  const parsed = <T>(name: Parsed, parse: (text: string, option: string) => T): T | undefined => {
    const text = values[name]
    return text === undefined ? undefined : parse(text, `--${name}`)
  }
  // Names are left to the API, whose error lists what there is.
  return {
    format: values.format as ToFileOptions['format'],
    compression: values.compression as ToFileOptions['compression'],
    level: parsed('level', number),
    quality: parsed('quality', number),
    chromaSubsampling: values['chroma-subsampling'] as ToFileOptions['chromaSubsampling'],
    predictor: parsed('predictor', bool),
    pyramid: values.pyramid as ToFileOptions['pyramid'],
    decimation: values.decimation as ToFileOptions['decimation'],
    tileSize: parsed('tile-size', pair),
    tileFormat: values['tile-format'] as ToFileOptions['tileFormat'],
    overlap: parsed('overlap', number),
    rowsPerStrip: parsed('rows-per-strip', number),
    bigTiff: parsed('big-tiff', switchable),
    keep: values.keep === 'all' ? true : (values.keep?.split(',') as TagName[] | undefined),
    sync: values['no-sync'] !== true,
  }
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
