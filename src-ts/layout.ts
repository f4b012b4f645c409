import { checkDepth, type Depth, depthBytes } from './depth.js'
import * as is from './is.js'
import type { BindingLayout } from './native.js'

/** How bare pixels lie in a file or in memory. Samples are in the byte order of this machine. */
export interface Layout {
  /** Columns, 1 or more. */
  readonly width: number
  /** Rows, 1 or more. */
  readonly height: number
  /** Interleaved samples a pixel, 1 to 65,535. Default 1. */
  readonly channels?: number | undefined
  /** The type of a sample. Default `'uint8'`. */
  readonly depth?: Depth | undefined
  /** Bytes before the first pixel. Default 0. */
  readonly offset?: number | undefined
  /** Bytes from the start of a row to that of the next. Default: rows without gaps. */
  readonly rowStride?: number | undefined
}

const MAX_SIDE = 2 ** 40
const MAX_CHANNELS = 65_535

/** The names of a layout's fields. */
export const layoutKeys = ['width', 'height', 'channels', 'depth', 'offset', 'rowStride'] as const

/** Checks a layout. */
export function bindingifyLayout(layout: Layout): BindingLayout {
  const { width, height, channels = 1, depth = 'uint8', offset = 0, rowStride } = is.options(
    layout,
    'layout',
    layoutKeys,
  )
  is.integer(width, 'width', 1, MAX_SIDE)
  is.integer(height, 'height', 1, MAX_SIDE)
  is.integer(channels, 'channels', 1, MAX_CHANNELS)
  checkDepth(depth, 'depth')
  is.integer(offset, 'offset', 0)
  const checked = { width, height, channels, depth, offset }
  if (rowStride === undefined) {
    return checked
  }
  is.integer(rowStride, 'rowStride', width * channels * depthBytes(depth))
  return { ...checked, rowStride }
}

/** The bytes from the start of the data to the end of the last pixel. */
export function extent(layout: BindingLayout): number {
  const row = layout.width * layout.channels * depthBytes(layout.depth as Depth)
  return layout.offset + (layout.height - 1) * (layout.rowStride ?? row) + row
}
