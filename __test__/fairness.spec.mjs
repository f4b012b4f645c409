/** Many small requests beside a large job: neither waits for the other to end. */

import test from 'ava'
import { counters } from 'gigapx'

import { imageOf } from './helpers/filtering.mjs'
import { noise } from './helpers/pixels.mjs'

test('two hundred windows and a batch job', async (t) => {
  const source = imageOf(noise(6000, 6000))
  const chain = source.gaussianBlur({ sigma: 4 }).gaussianBlur({ sigma: 6 }).gaussianBlur({ sigma: 8 })
  const over = []
  const batch = chain.toBuffer().then(() => over.push('batch'))
  const windows = Array.from({ length: 200 }, async (_, i) => {
    const region = { left: (i % 20) * 280, top: Math.floor(i / 20) * 560, width: 256, height: 256 }
    const bytes = await chain.crop(region).toBuffer()
    over.push(i)
    return bytes
  })
  const results = await Promise.all(windows)
  t.true(results.every((bytes) => bytes.length === 256 * 256))
  await batch
  // Every window has been served in the batch's time, and the batch went on in theirs.
  t.is(over.at(-1), 'batch', `the batch was ${over.indexOf('batch')} of ${over.length}`)
  t.true(counters().peak <= 256 * 2 ** 20)
})
