import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { GigapxError, open, versions } from 'gigapx'
import sharp from 'sharp'

import { exit, exitFor, InputError, UsageError } from '../dist/cli/exit.js'
import { cli } from './helpers/child.mjs'
import { folder, large, sparse, sparseLarge, until } from './helpers/files.mjs'
import { cut, noise, same } from './helpers/pixels.mjs'
import { gaussianBlur } from './helpers/reference.mjs'

/** A folder with a file of bare pixels and what to call it. */
function input(t) {
  const directory = folder(t)
  const image = noise(60, 40, 3)
  const file = path.join(directory, 'in.raw')
  fs.writeFileSync(file, image.data)
  return { directory, image, file, raw: '60x40x3:uint8', at: (name) => path.join(directory, name) }
}

test('help and version', async (t) => {
  for (const args of [['--help'], ['-h'], ['help'], ['run', '--help']]) {
    const { code, stdout } = await cli(args)
    t.is(code, 0)
    t.regex(stdout, /gigapx run IN OUT/)
  }
  const { code, stdout } = await cli(['--version'])
  t.is(code, 0)
  t.true(stdout.startsWith(`gigapx ${versions.gigapx} `))
})

test('run: a chain, from raw to TIFF', async (t) => {
  const { image, file, raw, at } = input(t)
  const result = await cli([
    'run', file, at('out.tif'), '--raw', raw,
    'gaussian-blur', '--sigma', '2.2', '--border', 'constant:9',
    '!', 'gaussian-blur', '--kernel-size', '3,5', '--border=wrap',
    '!', 'crop', '--left', '10', '--top', '5', '--width', '30', '--tile-size', '16', '--threads', '1',
  ])
  t.is(result.code, 0, result.stderr)
  t.regex(result.stdout, /out\.tif: 30 x 35 x 3 uint8 in .* MP\/s/)
  const blurred = gaussianBlur(gaussianBlur(image, { sigma: 2.2, border: { constant: 9 } }), {
    kernelSize: { x: 3, y: 5 },
    border: 'wrap',
  })
  const written = await open(at('out.tif'))
  t.is(written.metadata().tileWidth, 16)
  same(t, await written.toBuffer(), cut(blurred, { left: 10, top: 5, width: 30, height: 35 }).data)
})

test('run: a TIFF is packed and cut as asked for', async (t) => {
  const { image, file, raw, at } = input(t)
  for (const options of [
    ['--compression', 'deflate', '--level', '9', '--predictor', 'false', '--pyramid', 'cog', '--tile-size', '16'],
    ['--compression', 'lzw', '--rows-per-strip', '7'],
  ]) {
    const { code, stderr } = await cli(['run', file, at('out.tif'), '--raw', raw, ...options])
    t.is(code, 0, stderr)
    sharp.cache(false)
    same(t, await sharp(at('out.tif')).raw().toBuffer(), image.data)
  }
  const lossy = ['--compression', 'jpeg', '--quality', '90', '--chroma-subsampling', '4:4:4', '--tile-size', '64']
  t.is((await cli(['run', file, at('out.tif'), '--raw', raw, ...lossy])).code, 0)
  const read = await sharp(at('out.tif')).raw().toBuffer()
  t.true(read.reduce((sum, sample, i) => sum + Math.abs(sample - image.data[i]), 0) < 10 * read.length)
})

test('run: options of the command may stand anywhere, and a conversion needs no filter', async (t) => {
  const { image, file, raw, at } = input(t)
  const args = ['run', '--raw', raw, file, '--format', 'raw', at('out.bin'), '--no-sync', '--memory-limit', '64M', '--json']
  const { code, stdout } = await cli(args)
  t.is(code, 0)
  t.like(JSON.parse(stdout), { output: at('out.bin'), width: 60, height: 40, channels: 3, depth: 'uint8' })
  t.is(stdout.trim().split('\n').length, 1)
  same(t, fs.readFileSync(at('out.bin')), image.data)
  t.is((await cli(['run', file, at('out.tif'), '--raw', raw, '--big-tiff', 'yes'])).code, 0)
  t.is((await open(at('out.tif'))).metadata().format, 'bigtiff')
})

test('info: in words and in JSON', async (t) => {
  const { file, raw, at } = input(t)
  await cli(['run', file, at('out.tif'), '--raw', raw])
  const words = await cli(['info', at('out.tif')])
  t.is(words.code, 0, words.stderr)
  t.regex(words.stdout, /^width +60$/m)
  t.regex(words.stdout, /^format +tiff$/m)
  const json = await cli(['info', '--json', at('out.tif')])
  t.like(JSON.parse(json.stdout), { format: 'tiff', width: 60, height: 40, channels: 3, tileWidth: 512 })
  const bare = await cli(['info', '--json', file, '--raw', '60x40x3'])
  t.like(JSON.parse(bare.stdout), { format: 'raw', depth: 'uint8' })
})

test('64: a command line that cannot be understood', async (t) => {
  const { directory, file, raw, at } = input(t)
  const run = ['run', file, at('out.tif'), '--raw', raw]
  for (const [args, message] of [
    [[], /expected a command/],
    [['blur'], /expected info, run, explain or stats but received 'blur'/],
    [['info'], /expected one input/],
    [['info', 'a', 'b'], /expected one input/],
    [['run', file], /expected an input and an output/],
    [['stats'], /expected an input/],
    [['stats', file, '--raw', raw, 'blur'], /for FILTER but received 'blur'/],
    [['stats', file, '--raw', raw, 'threshold', '--level', 'half'], /expected a number for --level but received 'half'/],
    [['run', file, at('out.tif'), '--raw', '60'], /expected WxHxC:DEPTH for --raw/],
    [['run', file, at('out.tif'), '--raw', '60x40x3:uint9'], /for depth but received 'uint9'/],
    [['run', file, at('out.xyz'), '--raw', raw], /for path/],
    [['run', file, at('out.avif'), '--raw', raw], /\.avif is not available yet/],
    [[...run, 'blur'], /expected one of gaussian-blur, .*, crop for FILTER but received 'blur'/],
    [[...run, 'gaussian-blur'], /for sigma but received undefined/],
    [[...run, 'gaussian-blur', '--sigma', 'x'], /expected a number for --sigma but received 'x'/],
    [[...run, 'gaussian-blur', '--sigma', '1,2,3'], /expected N or X,Y for --sigma/],
    [[...run, 'gaussian-blur', '--sigma', '-0'], /sigma/],
    [[...run, 'gaussian-blur', '--sigma', '1', '--border', 'none'], /for border but received 'none'/],
    [[...run, 'gaussian-blur', '--left', '1'], /--left/],
    [[...run, 'gaussian-blur', '--sigma', '1', 'crop'], /expected '!' before another filter/],
    [[...run, 'gaussian-blur', '--sigma', '1', '!'], /a filter on both sides/],
    [[...run, '!', 'gaussian-blur', '--sigma', '1'], /a filter on both sides/],
    [[...run, 'crop', '--left', '60'], /for left but received 60/],
    [[...run, '--bogus'], /--bogus/],
    [[...run, '--tile-size', '17'], /for tileSize/],
    [[...run, '--compression', 'rar'], /for compression/],
    [[...run, '--level', 'high'], /for --level/],
    [[...run, '--pyramid', 'yes'], /for pyramid/],
    [[...run, '--memory-limit', '1X'], /for --memory-limit/],
    [[...run, '--memory-limit', '1'], /memory limit/],
    [[...run, '--access', 'fast'], /for access but received 'fast'/],
  ]) {
    const { code, stdout, stderr } = await cli(args)
    t.is(code, 64, `${args.join(' ')}: ${stderr}`)
    t.is(stdout, '')
    t.regex(stderr, message)
    t.regex(stderr, /^gigapx: .*\n$/, 'one line, no stack')
  }
  t.deepEqual(fs.readdirSync(directory), ['in.raw'])
})

test('65: an input that cannot be opened', async (t) => {
  const { file, at } = input(t)
  fs.writeFileSync(at('bad.tif'), 'II*\0\xff\xff\xff\x7f')
  fs.writeFileSync(at('a.png'), Buffer.from('89504e470d0a1a0a0000', 'hex'))
  for (const args of [[at('none.tif')], [at('bad.tif')], [at('a.png')], [file, '--raw', '600x400']]) {
    t.is((await cli(['info', ...args])).code, 65, args.join(' '))
    t.is((await cli(['run', ...args, at('out.tif')])).code, 65, args.join(' '))
  }
  const { code, stdout, stderr } = await cli(['info', at('none.tif'), '--json'])
  t.is(code, 65)
  t.is(stderr, '')
  t.like(JSON.parse(stdout), { error: { code: 'ERR_IO', status: 65 } })
})

test('73: an output that cannot be created', async (t) => {
  const { file, raw, at } = input(t)
  const { code, stderr } = await cli(['run', file, at('none/out.tif'), '--raw', raw])
  t.is(code, 73, stderr)
})

test('every error has its status', (t) => {
  const status = (code, details) => exitFor(new GigapxError(code, 'x', details), '/a/out.tif')
  t.is(exitFor(new UsageError('x')), exit.usage)
  t.is(exitFor(new InputError(new GigapxError('ERR_UNSUPPORTED', 'x'))), exit.badInput)
  t.is(exitFor(new InputError(new GigapxError('ERR_INVALID_ARGUMENT', 'x'))), exit.usage)
  t.is(status('ERR_IO', { syscall: 'open', path: '/a/.out.tif.gigapx-1-0.tmp' }), exit.cannotCreate)
  t.is(status('ERR_IO', { syscall: 'open', path: '/b/in.tif' }), exit.io)
  t.is(status('ERR_IO', { syscall: 'pwrite', path: '/a/out.tif' }), exit.io)
  t.is(status('ERR_NO_SPACE', {}), exit.io)
  t.is(status('ERR_SOURCE_CHANGED', {}), exit.badInput)
  t.is(status('ERR_CORRUPT_INPUT', {}), exit.badInput)
  t.is(status('ERR_INTERNAL', {}), exit.software)
  t.is(exitFor(new TypeError('x')), exit.software)
})

const interrupts = process.platform === 'win32' ? test.skip : test.serial

for (const [signal, status, json] of [['SIGINT', 130, false], ['SIGINT', 130, true], ['SIGTERM', 143, false]]) {
  interrupts(`${status}: ${signal} removes what was begun${json ? ', in JSON' : ''}`, async (t) => {
    const directory = folder(t)
    const file = sparseLarge(directory)
    const args = ['run', file, path.join(directory, 'out.tif'), '--raw', `${large.width}x${large.height}`]
    const { code, stdout, stderr } = await cli([...args, ...(json ? ['--json'] : []), 'gaussian-blur', '--sigma', '60'], {
      onSpawn: async (child) => {
        // The temporary file is there: the job runs.
        await until(() => fs.readdirSync(directory).length > 1)
        child.kill(signal)
      },
    })
    t.is(code, status, stderr)
    t.deepEqual(fs.readdirSync(directory), ['in.raw'])
    if (json) {
      t.deepEqual(JSON.parse(stdout), { error: { message: 'interrupted', status } })
    } else {
      t.is(stderr, `gigapx: ${signal === 'SIGINT' ? 'interrupted' : 'terminated'}\n`)
    }
  })
}

test('a sparse gigapixel goes through', async (t) => {
  const directory = folder(t)
  const file = sparse(path.join(directory, 'in.raw'), 40_000 * 25_000)
  const { code, stdout, stderr } = await cli([
    'run', file, path.join(directory, 'out.raw'), '--raw', '40000x25000', '--json', '--no-sync',
    'gaussian-blur', '--sigma', '1', '!', 'crop', '--top', '24000', '--height', '1000',
  ])
  t.is(code, 0, stderr)
  t.like(JSON.parse(stdout), { width: 40_000, height: 1_000 })
})
