/** The examples in the manual of the filters run as they stand. */

import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { fromBuffer } from 'gigapx'

import { root } from './helpers/child.mjs'

const sources = ['filters', 'morphology'].map((name) => fs.readFileSync(path.join(root, `src-ts/${name}.ts`), 'utf8'))
const source = sources.join('\n')
const examples = [...source.matchAll(/```ts\n(.*?)```.*?\*\/\n {2}(\w+)\(/gs)]

test('every method has one', (t) => {
  const methods = [...source.matchAll(/^ {2}(\w+)\(options\b/gm)].map(([, method]) => method)
  t.true(methods.length > 8)
  t.deepEqual(examples.map(([, , method]) => method), methods)
})

for (const [, block, method] of examples) {
  test(method, (t) => {
    const code = block.replaceAll(/^ *\*/gm, '')
    t.regex(code, new RegExp(`\\.${method}\\(`))
    const image = fromBuffer(new Uint8Array(60 * 40 * 3), { width: 60, height: 40, channels: 3 })
    t.notThrows(() => new Function('image', code)(image))
  })
}
