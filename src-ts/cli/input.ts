import { GigapxError } from '../errors.js'
import type { Image } from '../image.js'
import { open, openRaw, type OpenOptions } from '../open.js'
import type { CommandValues } from './arguments.js'
import { InputError } from './exit.js'
import { layout } from './values.js'

/** Opens the input of a command. */
export async function openInput(path: string, { raw, access }: CommandValues): Promise<Image> {
  const options = { access: access as OpenOptions['access'] }
  const bare = raw === undefined ? undefined : layout(raw, '--raw')
  try {
    return await (bare === undefined ? open(path, options) : openRaw(path, bare, options))
  } catch (error) {
    throw error instanceof GigapxError ? new InputError(error) : error
  }
}
