import process from 'node:process'

import type { ChannelStats } from '../stats.js'
import { statsArguments } from './arguments.js'
import { compose, jobOf, watched } from './chain.js'
import type { Exit } from './exit.js'
import { interruptible } from './interrupt.js'

/** `gigapx stats` */
export function stats(args: readonly string[]): Promise<Exit> {
  const parsed = statsArguments(args)
  const json = parsed.values.json === true
  return interruptible({ json }, async (signal) => {
    const job = jobOf(parsed.values, signal)
    const image = await compose(parsed, job)
    const found = await watched(image, json, (progress) => image.stats({ ...job, ...progress }))
    process.stdout.write(json ? `${JSON.stringify(found)}\n` : table(found.channels))
  })
}

/** A row for each channel. */
function table(channels: readonly ChannelStats[]): string {
  const rows = channels.map((channel, i) => [
    String(i),
    `${shown(channel.min)}${place(channel.minX, channel.minY)}`,
    `${shown(channel.max)}${place(channel.maxX, channel.maxY)}`,
    shown(channel.mean),
    shown(channel.deviation),
    shown(channel.sum),
    String(channel.nan),
  ])
  const all = [['channel', 'min', 'max', 'mean', 'deviation', 'sum', 'NaN'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? []
  return all.map((row) => `${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ').trimEnd()}\n`).join('')
}

function place(x: number, y: number): string {
  return Number.isNaN(x) ? '' : ` at ${x},${y}`
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(8)
}
