/** The table of formats, `matrix.json`: what is read and written, for tests and for the manual. */
import fs from 'node:fs'
import path from 'node:path'

const { depths, rows } = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, 'matrix.json'), 'utf8'))

export { depths, rows }

/** The depths that a row writes. */
function written({ write }) {
  return write.depths === 'all' ? depths : write.depths
}

/** The layout of chunks and copies, as options. */
function layout(name) {
  const options = {
    tiles: { tileSize: { x: 64, y: 48 } },
    strips: { rowsPerStrip: 48, bigTiff: true },
    chain: { pyramid: 'chain', tileSize: 64 },
    cog: { pyramid: 'cog', tileSize: 64 },
    ome: { pyramid: 'ome', tileSize: 64, bigTiff: true },
  }
  return options[name]
}

/** Every combination of what rows of TIFF write: `{ depth, channels, options }`. */
export function writtenTiffs() {
  const tiffs = rows.filter(({ format, write }) => write !== undefined && format.startsWith('TIFF'))
  return tiffs.flatMap((row) => {
    const { channels, predictors, layouts, variants = [{}] } = row.write
    // Which of them is that of the depth is the writer's choice: 2 for integers, 3 for floats.
    const packed = predictors.length > 1 ? [{ predictor: true }, { predictor: false }] : [{}]
    const axes = [layouts.map(layout), packed, variants]
    let all = [{ compression: row.compression }]
    for (const axis of axes) {
      all = all.flatMap((chosen) => axis.map((value) => Object.assign({}, chosen, value)))
    }
    return written(row).flatMap((depth) =>
      channels.flatMap((count) => all.map((options) => ({ depth, channels: count, options }))))
  })
}

/** The formats but TIFF that files can be written in: `{ name, extensions, access, isLossy, takes }`. */
export const writtenFormats = rows
  .filter(({ name, write }) => name !== undefined && write !== undefined)
  .map((row) => ({
    name: row.name,
    extensions: row.extensions,
    access: row.read.access,
    isLossy: row.write.lossy === true,
    takes: (depth, channels) => written(row).includes(depth) && row.write.channels.includes(channels),
  }))

/** Numbers, or words. */
function list(values) {
  return Array.isArray(values) ? values.join(', ') : values
}

/** What is read, in a few words. */
function reading({ read }) {
  if (read === undefined) return ['no', '', '', '', '']
  const { samples, channels, predictors = [], layouts = [], access } = read
  return [samples, channels, list(predictors), list(layouts), access]
}

/** What is written, in a few words. */
function writing(row) {
  if (row.write === undefined) return ['no', '', '', '']
  const { channels, predictors = [], layouts = [] } = row.write
  const any = channels.length === 5 ? 'any' : list(channels)
  return [row.write.depths === 'all' ? 'the five depths' : list(row.write.depths), any, list(predictors), list(layouts)]
}

/** A line of a table in Markdown. */
function line(cells) {
  return `| ${cells.join(' | ')} |`
}

/** The table of the manual, as lines of Markdown. */
export function manual() {
  const head = ['format', 'compression', 'read: samples', 'channels', 'predictors', 'layouts', 'access', 'written: samples', 'channels', 'predictors', 'layouts']
  const lines = rows.map((row) => {
    return [row.format, row.title ?? row.compression].concat(reading(row), writing(row))
  })
  return [line(head), `|${'---|'.repeat(head.length)}`, ...lines.map(line)]
}
