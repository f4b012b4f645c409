import * as is from './is.js'

/** The type of a sample. */
export type Depth = 'uint8' | 'uint16' | 'int16' | 'int32' | 'float32'

const BYTES: Record<Depth, number> = { uint8: 1, uint16: 2, int16: 2, int32: 4, float32: 4 }

/** Every depth. */
export const depths: readonly Depth[] = Object.keys(BYTES) as Depth[]

/** The bytes of a sample. */
export function depthBytes(depth: Depth): number {
  return BYTES[depth]
}

/** Checks a depth. */
export function checkDepth(value: unknown, name: string): Depth {
  return is.oneOf(value, name, depths)
}

/** Checks the depth of a result; undefined leaves the choice to the filter. */
export function checkOutput(depth: Depth | undefined): { depth?: Depth } {
  return depth === undefined ? {} : { depth: checkDepth(depth, 'depth') }
}
