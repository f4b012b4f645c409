/** What describes an image: read from files of others, and carried to files of ours. */

import fs from 'node:fs'
import path from 'node:path'

import test from 'ava'
import { fromBuffer, GigapxError, join, open, openRaw, write } from 'gigapx'
import sharp from 'sharp'

import { cli } from './helpers/child.mjs'
import { folder } from './helpers/files.mjs'
import { noise } from './helpers/pixels.mjs'

const XMP = '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"/><?xpacket end="w"?>'

/** A picture as sharp writes it: with a profile, 300 x 150 pixels an inch, and XMP. */
async function picture(t) {
  const { width, height, data } = noise(60, 40, 3, 'uint8')
  const file = path.join(folder(t), 'in.tif')
  await sharp(data, { raw: { width, height, channels: 3 } })
    .withIccProfile('p3')
    .withXmp(XMP)
    .tiff({ compression: 'lzw', xres: 300 / 25.4, yres: 150 / 25.4, resolutionUnit: 'inch' })
    .toFile(file)
  return { file, at: (name) => path.join(path.dirname(file), name) }
}

/** An image on the map: pixels of 2 x 3 metres. */
const MAP = { transform: [2, 0, 500_000, 0, -3, 6_000_000], model: 'projected', epsg: 25_832, nodata: 255 }

/** A file that says where it is, and the same opened. */
async function map(t, geo = MAP, options = {}) {
  const { width, height, data } = noise(60, 40, 1, 'uint8')
  const file = path.join(folder(t), 'map.tif')
  await fromBuffer(data, { width, height }).toFile(file, { tags: { geo }, ...options })
  return { image: await open(file), at: (name) => path.join(path.dirname(file), name) }
}

const close = (t, found, expected) => t.true(Math.abs(found / expected - 1) < 1e-6, `${found}, not ${expected}`)
const invalid = (message) => ({ instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT', message })

test('what another program says is read', async (t) => {
  const { file } = await picture(t)
  const { icc, xmp, resolution, geo, ome, description } = await (await open(file)).tags()
  t.deepEqual(icc, (await sharp(file).metadata()).icc)
  t.is(String(xmp), XMP)
  t.is(resolution.unit, 'inch')
  close(t, resolution.x, 300)
  close(t, resolution.y, 150)
  t.deepEqual([geo, ome, description], [undefined, undefined, undefined])
})

test('bare pixels have no description', async (t) => {
  t.deepEqual(await fromBuffer(new Uint8Array(12), { width: 4, height: 3 }).tags(), {})
  const file = path.join(folder(t), 'a.raw')
  fs.writeFileSync(file, new Uint8Array(12))
  t.deepEqual(await (await openRaw(file, { width: 4, height: 3 })).tags(), {})
})

test('nothing is kept unless it is asked for, and then another program reads it', async (t) => {
  const { file, at } = await picture(t)
  const image = (await open(file)).gaussianBlur({ sigma: 1 })
  await image.toFile(at('none.tif'))
  t.deepEqual(await (await open(at('none.tif'))).tags(), { software: 'gigapx' })
  const source = await sharp(file).metadata()
  for (const options of [{ tileSize: 32 }, { pyramid: 'chain', tileSize: 32 }, { pyramid: 'cog', tileSize: 32 }, { rowsPerStrip: 7, compression: 'deflate', bigTiff: true }]) {
    await image.toFile(at('all.tif'), { keep: true, ...options })
    sharp.cache(false)
    const { icc, xmp, density } = await sharp(at('all.tif')).metadata()
    t.deepEqual({ icc, xmp, density }, { icc: source.icc, xmp: source.xmp, density: source.density })
  }
  await image.toFile(at('one.tif'), { keep: ['icc'] })
  t.deepEqual(Object.keys(await (await open(at('one.tif'))).tags()), ['icc', 'software'])
})

test('several files of one job keep what each is to keep', async (t) => {
  const { file, at } = await picture(t)
  const image = await open(file)
  await write([[image, at('a.tif'), { keep: ['xmp'] }], [image.rotate90(), at('b.tif'), { keep: ['resolution'] }]])
  t.deepEqual(Object.keys(await (await open(at('a.tif'))).tags()), ['xmp', 'software'])
  const { resolution } = await (await open(at('b.tif'))).tags()
  close(t, resolution.x, 150)
  close(t, resolution.y, 300)
})

test('what is given is read back, and comes before what is kept', async (t) => {
  const { file, at } = await picture(t)
  const image = await open(file)
  const given = {
    description: 'A “thing” & more',
    resolution: { x: 4000, y: 4000.5, unit: 'cm' },
    make: 'Maker',
    model: 'Scanner 3000',
    date: '2026:11:25 12:00:00',
    artist: 'Ä. Rtist',
    copyright: '© Somebody',
    xmp: '<other/>',
  }
  await image.toFile(at('out.tif'), { keep: true, tags: given })
  const { icc, ...found } = await (await open(at('out.tif'))).tags()
  t.deepEqual(icc, (await image.tags()).icc)
  t.deepEqual(found, { ...given, xmp: Buffer.from('<other/>'), software: 'gigapx' })
  const again = { ...found, icc }
  delete again.software
  await image.toFile(at('again.tif'), { tags: again })
  t.deepEqual(await (await open(at('again.tif'))).tags(), { ...again, software: 'gigapx' })
})

test('a profile is for as many channels as it says', async (t) => {
  const { file, at } = await picture(t)
  const image = await open(file)
  const gray = image.extractChannel(1)
  t.is((await gray.tags()).icc, undefined)
  await gray.toFile(at('gray.tif'), { keep: true })
  t.is((await open(at('gray.tif'))).channels, 1)
  await t.throwsAsync(gray.toFile(at('not.tif'), { keep: ['icc'] }), invalid(/'icc' cannot be kept: the profile is not for images of 1 channels/))
  const { icc } = await image.tags()
  await t.throwsAsync(gray.toFile(at('not.tif'), { tags: { icc } }), invalid(/expected an ICC profile for 1 channels but received one for 'RGB'/))
  t.false(fs.existsSync(at('not.tif')))
})

test('where an image is goes with its pixels', async (t) => {
  const { image, at } = await map(t)
  const { geo } = await image.tags()
  t.like(geo, { ...MAP, pixelScale: [2, 3, 0], tiepoints: [[0, 0, 0, 500_000, 6_000_000, 0]] })
  t.deepEqual(geo.keys, { 1024: 1, 1025: 1, 3072: 25_832 })
  const table = [
    [image.crop({ left: 7, top: 11, width: 20, height: 10 }), [2, 0, 500_014, 0, -3, 5_999_967]],
    [image.pad({ left: 5, top: 1 }), [2, 0, 499_990, 0, -3, 6_000_003]],
    [image.flop(), [-2, 0, 500_120, 0, -3, 6_000_000]],
    [image.flip(), [2, 0, 500_000, 0, 3, 5_999_880]],
    [image.rotate90(), [0, 2, 500_000, 3, 0, 5_999_880]],
    [image.rotate90().gaussianBlur({ sigma: 1 }).rotate90(-1), MAP.transform],
    [image.transpose().crop({ left: 1, top: 2, width: 3, height: 4 }), [0, 2, 500_004, -3, 0, 5_999_997]],
  ]
  for (const [made, transform] of table) {
    t.deepEqual((await made.tags()).geo.transform, transform)
    await made.toFile(at('out.tif'), { keep: ['geo'] })
    const found = (await (await open(at('out.tif'))).tags()).geo
    t.like(found, { transform, model: 'projected', epsg: 25_832, nodata: 255 })
  }
})

test('what stands for no sample does so at its depth', async (t) => {
  const { image } = await map(t, { ...MAP, nodata: NaN, gdalMetadata: '<GDALMetadata><Item name="a">b</Item></GDALMetadata>' })
  t.like((await image.tags()).geo, { nodata: NaN, gdalMetadata: '<GDALMetadata><Item name="a">b</Item></GDALMetadata>' })
  const { geo } = await image.cast('float32').tags()
  t.deepEqual([geo.nodata, geo.gdalMetadata, geo.epsg], [undefined, undefined, 25_832])
})

test('joined images are in no one place', async (t) => {
  const { image, at } = await map(t)
  const joined = join([{ image, left: 0, top: 0 }, { image, left: 60, top: 0 }])
  t.is((await joined.tags()).geo, undefined)
  await joined.toFile(at('all.tif'), { keep: true })
  t.is((await (await open(at('all.tif'))).tags()).geo, undefined)
  await t.throwsAsync(joined.toFile(at('not.tif'), { keep: ['geo'] }), invalid(/'geo' cannot be kept: pixels are not where the source has them/))
  await joined.toFile(at('given.tif'), { keep: ['geo'], tags: { geo: MAP } })
  t.like((await (await open(at('given.tif'))).tags()).geo, MAP)
})

test('coordinates of other kinds', async (t) => {
  const points = [[0, 0, 0, 10, 20, 0], [60, 0, 0, 11, 20.5, 0], [0, 40, 0, 10.25, 19, 0]]
  const { image } = await map(t, { tiepoints: points, model: 'geographic', epsg: 4326 })
  t.like((await image.tags()).geo, { tiepoints: points, transform: undefined, epsg: 4326, model: 'geographic' })
  const moved = (await image.crop({ left: 10, top: 20, width: 5, height: 5 }).tags()).geo
  t.deepEqual(moved.tiepoints.map(([column, row]) => [column, row]), [[-10, -20], [50, -20], [-10, 20]])

  // Counted from centres in the file, from corners here.
  const keys = { 1024: 1, 1025: 2, 1026: 'of some kind', 2057: [6_378_137], 3072: 3857 }
  const { image: other } = await map(t, { transform: MAP.transform, model: 'projected', epsg: 3857, keys })
  const { geo } = await other.tags()
  t.deepEqual(geo.keys, keys)
  t.deepEqual(geo.transform, MAP.transform)
  t.deepEqual(geo.tiepoints[0].slice(3, 5), [500_001, 5_999_998.5])
  t.deepEqual((await other.flip().tags()).geo.transform, [2, 0, 500_000, 0, 3, 5_999_880])
  // Another number makes keys of its own.
  const { image: last } = await map(t, { ...geo, epsg: 25_833 })
  t.deepEqual((await last.tags()).geo.keys, { 1024: 1, 1025: 1, 3072: 25_833 })
})

test('OME-XML is made anew, with what is still so', async (t) => {
  const { width, height, data } = noise(60, 40, 1, 'uint16')
  const file = path.join(folder(t), 'in.tif')
  const at = (name) => path.join(path.dirname(file), name)
  const xml =
    `<?xml version="1.0"?><OME><Foreign/><Image><Pixels SizeX="${width}" SizeY="${height}" PhysicalSizeX="250" ` +
    'PhysicalSizeXUnit="nm" PhysicalSizeY="0.5" ><Channel Name="DAPI &amp; more"/></Pixels></Image></OME>'
  await fromBuffer(data, { width, height }).toFile(file, { tags: { description: xml } })
  const image = await open(file)
  t.like(await image.tags(), { ome: xml, pixelSize: { x: 0.25, y: 0.5 }, description: undefined })
  for (const pyramid of [undefined, 'ome', 'cog']) {
    await image.rotate90().toFile(at('out.tif'), { keep: ['ome'], pyramid, tileSize: 16 })
    const { ome, pixelSize } = await (await open(at('out.tif'))).tags()
    t.deepEqual(pixelSize, { x: 0.5, y: 0.25 })
    t.regex(ome, /Name="DAPI &amp; more"/)
    t.regex(ome, new RegExp(`SizeX="${height}" SizeY="${width}"`))
    t.notRegex(ome, /Foreign/)
  }
  const resolution = { x: 5000, y: 2500, unit: 'cm' }
  await image.toFile(at('sized.tif'), { pyramid: 'ome', keep: true, tags: { resolution, description: '<a>' } })
  const sized = await (await open(at('sized.tif'))).tags()
  t.deepEqual([sized.pixelSize, sized.resolution], [{ x: 2, y: 4 }, resolution])
  t.regex(sized.ome, /<Description>&lt;a&gt;<\/Description>/)
})

test('a closed image and a broken tag', async (t) => {
  const { file, at } = await picture(t)
  const image = await open(file)
  await image.close()
  t.throws(() => image.tags(), { code: 'ERR_CLOSED' })
  const bytes = fs.readFileSync(file)
  const entry = bytes.indexOf(Buffer.from([0x73, 0x87, 7, 0]))
  bytes.writeUInt32LE(0xffffff, entry + 4)
  fs.writeFileSync(at('broken.tif'), bytes)
  const broken = await open(at('broken.tif'))
  await t.throwsAsync(broken.tags(), { instanceOf: GigapxError, code: 'ERR_CORRUPT_INPUT', message: /ICCProfile/ })
  await t.throwsAsync(broken.toFile(at('out.tif'), { keep: ['xmp'] }), { code: 'ERR_CORRUPT_INPUT' })
  await broken.toFile(at('out.tif'))
  const { code, stdout } = await cli(['info', at('broken.tif')])
  t.is(code, 0)
  t.regex(stdout, /^broken +.*ICCProfile/m)
})

test('the command line shows and keeps', async (t) => {
  const { image, at } = await map(t)
  const file = at('described.tif')
  await image.toFile(file, { keep: true, tags: { description: 'two\nlines', xmp: XMP, resolution: { x: 300, y: 300, unit: 'inch' } } })
  const words = await cli(['info', file])
  t.regex(words.stdout, /^description +two\.\.\.$/m)
  t.regex(words.stdout, new RegExp(`^xmp +${XMP.length} bytes$`, 'm'))
  t.regex(words.stdout, /^resolution +300 x 300 per inch$/m)
  t.regex(words.stdout, /^geo +transform 2, 0, 500000, 0, -3, 6000000; .*epsg 25832/m)
  const { tags } = JSON.parse((await cli(['info', '--json', file])).stdout)
  t.like(tags, { description: 'two\nlines', xmp: { bytes: XMP.length }, geo: { epsg: 25_832, nodata: 255 } })
  const table = [
    [['--keep'], ['xmp', 'description', 'geo', 'resolution']],
    [['--keep', 'all'], ['xmp', 'description', 'geo', 'resolution']],
    [['--keep=geo'], ['geo']],
    [['--keep', 'geo,xmp', '--no-sync'], ['xmp', 'geo']],
    [[], []],
  ]
  for (const [args, expected] of table) {
    const done = await cli(['run', file, at('out.tif'), 'crop', '--left', '10', ...args])
    t.is(done.code, 0, done.stderr)
    const found = await (await open(at('out.tif'))).tags()
    t.deepEqual(Object.keys(found).toSorted(), [...expected, 'software'].toSorted(), args.join(' '))
    t.is(found.geo?.transform[2], expected.includes('geo') ? 500_020 : undefined)
  }
  const early = await cli(['run', '--keep', file, at('out.tif'), 'flop'])
  t.is(early.code, 0, early.stderr)
  const wrong = await cli(['run', file, at('out.tif'), '--keep', 'geo,all'])
  t.is(wrong.code, 64)
  t.regex(wrong.stderr, /for keep\[1\] but received 'all'/)
})
