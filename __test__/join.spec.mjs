import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import process from 'node:process'

import test from 'ava'
import { join, openRaw } from 'gigapx'

import { root } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'

const layout = { width: 16, height: 8 }

/** Files of one colour each, and their images. */
async function opened(directory, count) {
  const files = Array.from({ length: count }, (_, i) => path.join(directory, `${i}.raw`))
  for (const [i, file] of files.entries()) {
    fs.writeFileSync(file, Buffer.alloc(layout.width * layout.height, i % 251))
  }
  return { files, images: await Promise.all(files.map((file) => openRaw(file, layout))) }
}

/** Images in rows of `across`. */
function mosaic(images, across) {
  return join(images.map((image, i) => ({
    image,
    left: layout.width * (i % across),
    top: layout.height * Math.floor(i / across),
  })))
}

const many = `
import fs from 'node:fs'
import path from 'node:path'
import { join, openRaw } from 'gigapx'

const [, directory] = process.argv
const images = await Promise.all(Array.from({ length: 1200 }, (_, i) => {
  const file = path.join(directory, i + '.raw')
  fs.writeFileSync(file, Buffer.alloc(128, i % 251))
  return openRaw(file, { width: 16, height: 8 })
}))
const data = await join(images.map((image, i) => (
  { image, left: 16 * (i % 40), top: 8 * Math.floor(i / 40) }
))).toBuffer()
const wrong = images.findIndex((_, i) => data[(8 * Math.floor(i / 40) + 3) * 640 + 16 * (i % 40) + 5] !== i % 251)
console.log(wrong, data.length)
`

if (process.platform !== 'win32') {
  test('more files than the process may open', (t) => {
    const args = ['-c', 'ulimit -n 128 && exec "$@"', 'sh', process.execPath]
    const child = ['--input-type=module', '--eval', many, folder(t)]
    const { status, stdout, stderr } = spawnSync('sh', [...args, ...child], { cwd: root, encoding: 'utf8' })
    t.is(status, 0, stderr)
    t.is(stdout.trim(), `-1 ${1200 * 128}`)
  })
}

test('a file that is closed meanwhile must be there and the same', async (t) => {
  const { files, images } = await opened(folder(t), 200)
  const whole = mosaic(images, 20)
  await whole.toBuffer()
  await mosaic(images.slice(100), 20).toBuffer()
  // Of a hundred, some are open; what becomes of the others shows.
  fs.writeFileSync(files[0], 'short')
  fs.rmSync(files[1])
  const part = (left) => whole.crop({ left, top: 0, width: 16, height: 8 }).toBuffer()
  await t.throwsAsync(part(0), { code: 'ERR_SOURCE_CHANGED' })
  await t.throwsAsync(part(16), { code: 'ERR_IO' })
  t.is((await part(32))[0], 2)
  const { code } = await t.throwsAsync(whole.toBuffer())
  t.true(['ERR_SOURCE_CHANGED', 'ERR_IO'].includes(code), code)
})
