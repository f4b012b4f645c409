import type { Image } from '../image.js'
import { border, number, pair } from './values.js'

/** The values that a command line gives to the options of a filter. */
export type Values = Partial<Record<string, string>>

/** A filter on the command line. Its options all take a value. */
export interface CliFilter {
  readonly options: readonly string[]
  readonly apply: (image: Image, values: Values) => Image
}

/** Every filter, by its name on the command line. */
export const filters: Partial<Record<string, CliFilter>> = {
  'gaussian-blur': {
    options: ['sigma', 'kernel-size', 'border'],
    apply: (image, values) =>
      image.gaussianBlur({
        sigma: given(values, 'sigma', pair),
        kernelSize: given(values, 'kernel-size', pair),
        border: given(values, 'border', border),
      }),
  },
  crop: {
    options: ['left', 'top', 'width', 'height'],
    apply: (image, values) => {
      const left = given(values, 'left', number) ?? 0
      const top = given(values, 'top', number) ?? 0
      const width = given(values, 'width', number) ?? image.width - left
      const height = given(values, 'height', number) ?? image.height - top
      return image.crop({ left, top, width, height })
    },
  },
}

function given<T>(values: Values, name: string, parse: (text: string, option: string) => T): T | undefined {
  const text = values[name]
  return text === undefined ? undefined : parse(text, `--${name}`)
}
