/** Every filter on the command line: what it makes is what the method makes of the same options. */

import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { open } from 'gigapx'

import { filters } from '../dist/cli/filters.js'
import { cli } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'
import { imageOf, pixelsOf } from './helpers/filtering.mjs'
import { noise, same } from './helpers/pixels.mjs'

const smooth = [[1, 2, 1], [2, 4, 2], [1, 2, 1]]

/** What is written, and what it means. */
const table = [
  ['gaussian-blur --sigma 4,1 --kernel-size 9,3 --border wrap --precision fast', (image) =>
    image.gaussianBlur({ sigma: { x: 4, y: 1 }, kernelSize: { x: 9, y: 3 }, border: 'wrap', precision: 'fast' })],
  ['gaussian-blur --sigma 4 --precision exact', (image) => image.gaussianBlur({ sigma: 4 })],
  ['box-blur --size 11', (image) => image.boxBlur({ size: 11 })],
  ['box-blur --size 4,7 --normalize false --depth uint16 --border constant:-1', (image) =>
    image.boxBlur({ size: { x: 4, y: 7 }, normalize: false, depth: 'uint16', border: { constant: -1 } })],
  ['box-blur --size 3 --normalize true', (image) => image.boxBlur({ size: 3 })],
  ['convolve --kernel 1,2,1;2,4,2;1,2,1 --scale 0.0625', (image) => image.convolve({ kernel: smooth, scale: 0.0625 })],
  ['convolve --kernel -1,.5 --offset -3.5 --depth float32 --border reflect', (image) =>
    image.convolve({ kernel: [[-1, 0.5]], offset: -3.5, depth: 'float32', border: 'reflect' })],
  ['convolve-separable --horizontal 1,2,1 --vertical 1,0,-1', (image) =>
    image.convolveSeparable({ horizontal: [1, 2, 1], vertical: [1, 0, -1] })],
  ['convolve-separable --horizontal -1,1e0 --vertical=-.5 --offset 7 --depth int16 --border replicate', (image) =>
    image.convolveSeparable({ horizontal: [-1, 1], vertical: [-0.5], offset: 7, depth: 'int16', border: 'replicate' })],
  ['sobel --dx 1 --dy 0 --size 5', (image) => image.sobel({ dx: 1, size: 5 })],
  ['sobel --dx 1 --dy 2 --scale -0.5 --offset 128 --depth uint8 --border reflect', (image) =>
    image.sobel({ dx: 1, dy: 2, scale: -0.5, offset: 128, depth: 'uint8', border: 'reflect' })],
  ['scharr --dy 1', (image) => image.scharr({ dy: 1 })],
  ['scharr --dx 1 --dy 0 --scale 0.1 --offset -1 --depth int32 --border constant:9', (image) =>
    image.scharr({ dx: 1, scale: 0.1, offset: -1, depth: 'int32', border: { constant: 9 } })],
  ['laplacian', (image) => image.laplacian()],
  ['laplacian --size 5 --scale 0.25 --offset 4 --depth float32 --border replicate', (image) =>
    image.laplacian({ size: 5, scale: 0.25, offset: 4, depth: 'float32', border: 'replicate' })],
  ['gradient-magnitude', (image) => image.gradientMagnitude()],
  ['gradient-magnitude --operator scharr', (image) => image.gradientMagnitude({ operator: 'scharr' })],
  ['gradient-magnitude --operator sobel --size 5 --scale 0.01 --depth uint8 --border wrap', (image) =>
    image.gradientMagnitude({ operator: 'sobel', size: 5, scale: 0.01, depth: 'uint8', border: 'wrap' })],
  ['median --size 5', (image) => image.median({ size: 5 })],
  ['median --size 3,7 --border reflect101', (image) => image.median({ size: { x: 3, y: 7 }, border: 'reflect101' })],
  ['rank --size 3 --index 1 --border wrap', (image) => image.rank({ size: 3, index: 1, border: 'wrap' })],
  ['rank --size 17,5 --percentile 90', (image) => image.rank({ size: { x: 17, y: 5 }, percentile: 90 })],
  ['unsharp-mask --sigma 2 --amount 1.5 --threshold 3', (image) =>
    image.unsharpMask({ sigma: 2, amount: 1.5, threshold: 3 })],
  ['unsharp-mask --sigma 2,1 --kernel-size 7,3 --amount -0.5 --border replicate', (image) =>
    image.unsharpMask({ sigma: { x: 2, y: 1 }, kernelSize: { x: 7, y: 3 }, amount: -0.5, border: 'replicate' })],
  ['erode --size 5 --shape ellipse', (image) => image.erode({ size: 5, shape: 'ellipse' })],
  ['erode --kernel 1,0;1,1 --anchor 0,1 --iterations 2 --border constant:40', (image) =>
    image.erode({ kernel: [[1, 0], [1, 1]], anchor: { x: 0, y: 1 }, iterations: 2, border: { constant: 40 } })],
  ['dilate --size 5,2 --shape cross --anchor 4,0 --iterations 3 --border ignore', (image) =>
    image.dilate({ size: { x: 5, y: 2 }, shape: 'cross', anchor: { x: 4, y: 0 }, iterations: 3 })],
  ['dilate --kernel 1,0,1', (image) => image.dilate({ kernel: [[1, 0, 1]] })],
  ['morphology --operation open --size 5', (image) => image.morphology({ operation: 'open', size: 5 })],
  ['morphology --operation topHat --size 7 --shape ellipse --anchor 3,2 --iterations 2 --border wrap', (image) =>
    image.morphology({ operation: 'topHat', size: 7, shape: 'ellipse', anchor: { x: 3, y: 2 }, iterations: 2, border: 'wrap' })],
  ['morphology --operation hitOrMiss --kernel 1,-1,0', (image) =>
    image.morphology({ operation: 'hitOrMiss', kernel: [[1, -1, 0]] })],
  ['minimum --size 3,13 --border replicate', (image) => image.minimum({ size: { x: 3, y: 13 }, border: 'replicate' })],
  ['maximum --size 7 --border reflect', (image) => image.maximum({ size: 7, border: 'reflect' })],
  ['linear --scale 2 --offset -3.5 --depth int16', (image) => image.linear({ scale: 2, offset: -3.5, depth: 'int16' })],
  ['linear --scale 1,0.5,2', (image) => image.linear({ scale: [1, 0.5, 2] })],
  ['cast --depth float32', (image) => image.cast('float32')],
  ['linear --offset -128 --depth int16 ! abs', (image) => image.linear({ offset: -128, depth: 'int16' }).abs()],
  ['negate', (image) => image.negate()],
  ['gamma --exponent 0.5', (image) => image.gamma(0.5)],
  ['pow --exponent 2 --depth uint16', (image) => image.pow(2, { depth: 'uint16' })],
  ['log --depth uint8', (image) => image.log({ depth: 'uint8' })],
  ['linear --scale 0.01 --depth float32 ! exp --depth uint8', (image) =>
    image.linear({ scale: 0.01, depth: 'float32' }).exp({ depth: 'uint8' })],
  ['threshold --level otsu --max 9', (image) => image.threshold({ level: 'otsu', max: 9 })],
  ['normalise', (image) => image.normalise()],
  ['normalise --lower 1 --upper 98.5 --low 7 --high 90 --per-channel true --depth int16', (image) =>
    image.normalise({ lower: 1, upper: 98.5, low: 7, high: 90, perChannel: true, depth: 'int16' })],
  ['equalize ! flip', async (image) => (await image.equalize()).flip()],
  ['sqrt --depth uint8', (image) => image.sqrt({ depth: 'uint8' })],
  ['clamp --min 10 --max 20,30,40', (image) => image.clamp({ min: 10, max: [20, 30, 40] })],
  ['threshold --level 99.5 --max 200 --type binary-inverse', (image) =>
    image.threshold({ level: 99.5, max: 200, type: 'binary-inverse' })],
  ['recombine --matrix 0,0,1;0.5,0.5,0 --depth int16', (image) =>
    image.recombine([[0, 0, 1], [0.5, 0.5, 0]], { depth: 'int16' })],
  ['grayscale', (image) => image.grayscale()],
  ['extract-channel --channel 2', (image) => image.extractChannel(2)],
  ['flip ! flop', (image) => image.flip().flop()],
  ['rotate90 ! rotate90 --turns 2', (image) => image.rotate90().rotate90(2)],
  ['transpose', (image) => image.transpose()],
  ['pad --left 3 --top 1 --right 2 --bottom 0 --border reflect', (image) =>
    image.pad({ left: 3, top: 1, right: 2, border: 'reflect' })],
  ['gaussian-blur --sigma 2.2 ! sobel --dx 1 ! laplacian --depth int16', (image) =>
    image.gaussianBlur({ sigma: 2.2 }).sobel({ dx: 1 }).laplacian({ depth: 'int16' })],
]

/** A file of bare pixels, and the arguments before a filter that turn it into out.tif. */
function input(t) {
  const directory = folder(t)
  const image = noise(60, 40, 3)
  const [from, to] = ['in.raw', 'out.tif'].map((name) => path.join(directory, name))
  fs.writeFileSync(from, image.data)
  return { image, to, run: ['run', from, to, '--raw', '60x40x3', '--no-sync'] }
}

for (const [line, method] of table) {
  test(line, async (t) => {
    const { image, to, run } = input(t)
    const { code, stderr } = await cli([...run, ...line.split(' ')])
    t.is(code, 0, stderr)
    const [written, expected] = [await pixelsOf(await open(to)), await pixelsOf(await method(imageOf(image)))]
    t.is(written.depth, expected.depth)
    same(t, written.data, expected.data)
  })
}

test('every option of every filter is in the table, and in the help', async (t) => {
  const steps = table.flatMap(([line]) => line.split(' ! '))
  const { stdout } = await cli(['--help'])
  for (const [name, { options }] of filters) {
    const used = new Set(steps.filter((step) => step.split(' ')[0] === name).flatMap((step) => step.match(/--[a-z-]+/g) ?? []))
    const expected = name === 'crop' ? [] : options.map((option) => `--${option}`)
    t.deepEqual([...used].toSorted(), expected.toSorted(), name)
    t.regex(stdout, new RegExp(`^  ${name}$`, 'm'))
    for (const option of options) {
      t.true(stdout.includes(`--${option} `), option)
    }
  }
})

for (const [line, message] of [
  ['box-blur', /for size but received undefined/],
  ['box-blur --size 3 --normalize maybe', /expected true or false for --normalize but received 'maybe'/],
  ['box-blur --size 3 --depth uint32', /for depth but received 'uint32'/],
  ['convolve', /for kernel but received undefined/],
  ['convolve --kernel 1,2;3', /expected 2 numbers, as in the first row, for kernel\[1\]/],
  ['convolve --kernel 1,2;', /expected a number for --kernel but received ''/],
  ['convolve --kernel 1,x', /expected a number for --kernel but received 'x'/],
  ['convolve-separable --horizontal 1', /for vertical but received undefined/],
  ['convolve-separable --horizontal 1, --vertical 1', /expected a number for --horizontal but received ''/],
  ['sobel', /expected an order above 0 for dx or dy but received 0/],
  ['sobel --dx 1 --size 3,5', /expected a number for --size but received '3,5'/],
  ['scharr --dx 1 --dy 1', /for the order but received/],
  ['laplacian --size 4', /an odd integer from 1 to 31 for size but received 4/],
  ['gradient-magnitude --operator prewitt', /for operator but received 'prewitt'/],
  ['median --size 4', /an odd integer from 1 to 255 for size but received 4/],
  ['rank --size 3', /expected one of index and percentile for the rank/],
  ['unsharp-mask --amount 2', /for sigma but received undefined/],
  ['erode', /either size or kernel for the element/],
  ['erode --size 3 --shape diamond', /'rectangle', 'cross' or 'ellipse' for shape but received 'diamond'/],
  ['dilate --kernel 1,2', /expected 1 or 0 for kernel\[0\]\[1\] but received 2/],
  ['morphology --size 3', /for operation but received undefined/],
  ['minimum --size 4', /an odd integer from 1 to 255 for size but received 4/],
  ['gaussian-blur --sigma 1 --precision best', /for precision but received 'best'/],
  ['gaussian-blur --sigma 1 --depth int16', /--depth/],
  ['constructor', /for FILTER but received 'constructor'/],
  ['sobel --no-sync -1', /--no-sync/],
]) {
  test(`64: ${line}`, async (t) => {
    const { to, run } = input(t)
    const { code, stderr, stdout } = await cli([...run, ...line.split(' ')])
    t.is(code, 64, stderr)
    t.is(stdout, '')
    t.regex(stderr, message)
    t.regex(stderr, /^gigapx: .*\n$/, 'one line, no stack')
    t.false(fs.existsSync(to))
  })
}
