/** Several results in one pass, and what plans say of themselves. */

import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { counters, write } from 'gigapx'

import { cli } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'
import { imageOf, pixelsOf } from './helpers/filtering.mjs'
import { noise } from './helpers/pixels.mjs'

function results(t) {
  const directory = folder(t)
  const image = imageOf(noise(700, 500, 3, 'uint8', 4))
  const blurred = image.gaussianBlur({ sigma: 3 })
  const detail = image.absDiff(blurred)
  const files = ['blurred.raw', 'detail.tif', 'part.raw', 'again.raw'].map((name) => path.join(directory, name))
  const part = detail.crop({ left: 5, top: 6, width: 100, height: 80 })
  return { directory, files, images: [blurred, detail, part, blurred] }
}

test('files are what each image alone would be', async (t) => {
  const { files, images } = results(t)
  const seen = []
  const total = images.reduce((sum, { width, height }) => sum + width * height, 0)
  await write(images.map((image, i) => [image, files[i], { sync: false, ...(i === 1 ? { tileSize: 64 } : {}) }]), {
    onProgress: ({ done, total: all }) => seen.push([done, all]),
  })
  t.deepEqual(seen.at(-1), [total, total])
  for (const i of [0, 2, 3]) {
    t.deepEqual(fs.readFileSync(files[i]), Buffer.from((await pixelsOf(images[i])).data.buffer))
  }
  const alone = path.join(path.dirname(files[0]), 'alone.tif')
  await images[1].toFile(alone, { tileSize: 64, sync: false })
  t.deepEqual(fs.readFileSync(files[1]), fs.readFileSync(alone))
})

test('all or nothing', async (t) => {
  const { directory, files, images } = results(t)
  const missing = path.join(directory, 'missing', 'a.raw')
  await t.throwsAsync(write([[images[0], files[0]], [images[1], missing]]), { code: 'ERR_IO' })
  t.deepEqual(fs.readdirSync(directory), [])
  const abort = new AbortController()
  const large = imageOf(noise(4000, 3000)).gaussianBlur({ sigma: 30 })
  const aborted = write([[large, files[0]], [large.flip(), files[1]]], {
    signal: abort.signal,
  })
  abort.abort(new Error('enough'))
  await t.throwsAsync(aborted, { message: 'enough' })
  t.deepEqual(fs.readdirSync(directory), [])
  t.true(counters().active >= 0)
})

test('what makes no results is refused', (t) => {
  const { files, images } = results(t)
  const refused = (make, message) => t.throws(make, { code: 'ERR_INVALID_ARGUMENT', message })
  refused(() => write([]), /results/)
  refused(() => write([images[0], files[0]]), /results\[0\]/)
  refused(() => write([[images[0], files[0]], [images[1], files[0]]]), /different paths/)
  refused(() => write([[images[0], files[0]]], { sync: true }), /expected only signal, onProgress, threads/)
  refused(() => write([[images[0], 'a.xyz']]), /extension/)
})

test('a plan tells what it costs', async (t) => {
  const image = imageOf(noise(900, 700, 1, 'uint8', 4))
  const chain = image.gaussianBlur({ sigma: 2 }).sobel({ dx: 1 }).linear({ scale: 0.5, depth: 'uint8' }).threshold(20)
  for (const target of ['buffer', 'raw', 'tiff']) {
    const plan = await chain.explain({ target, run: true })
    t.true(plan.recompute >= 1 && plan.recompute < 1.6, `${plan.recompute}`)
    t.true(Math.abs(plan.recomputed - plan.recompute) < 0.02, `${plan.recomputed}`)
    t.deepEqual(plan.stages.map(({ name }) => name), ['source', 'gaussian-blur', 'sobel', 'linear + threshold', 'output'])
    t.regex(String(plan), /recompute ratio 1\.\d{4}, 1\.\d{4} as it was\n/)
  }
  const { recomputed, threads } = await chain.explain({ threads: 1 })
  t.deepEqual([recomputed, threads], [undefined, 1])
  t.throws(() => chain.explain({ target: 'png' }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('on the command line', async (t) => {
  const directory = folder(t)
  const [from, to] = ['in.raw', 'out.tif'].map((name) => path.join(directory, name))
  fs.writeFileSync(from, noise(60, 40, 3).data)
  const args = [from, to, '--raw', '60x40x3', 'gaussian-blur', '--sigma', '2', '!', 'flip']
  const { code, stdout } = await cli(['explain', ...args])
  t.is(code, 0)
  t.regex(stdout, /recompute ratio 1\.\d{4}/)
  t.regex(stdout, /gaussian-blur of 0: 60 x 40 x 3 uint8/)
  const json = await cli(['explain', ...args, '--json'])
  t.is(JSON.parse(json.stdout).stages.length, 4)
  t.false(fs.existsSync(to))
})
