import test from 'ava'
import * as gigapx from 'gigapx'

const { fromBuffer, GigapxError, open, openRaw } = gigapx

const image = () => fromBuffer(new Uint8Array(12), { width: 4, height: 3 })
const layout = (fields) => () => openRaw('in.raw', { width: 4, height: 3, ...fields })
const blur = (options) => () => image().gaussianBlur(options)
const crop = (region) => () => image().crop({ left: 0, top: 0, width: 1, height: 1, ...region })
const file = (options, path = 'out.tif') => () => image().toFile(path, options)
const buffer = (options) => () => image().toBuffer(options)
const tiles = (options) => () => image().tiles({ width: 2, height: 2, ...options })

/** What is called, and what the message must be. */
const table = [
  [() => open(), 'expected a path or a file: URL for path but received undefined'],
  [() => open(''), "expected a path or a file: URL for path but received ''"],
  [() => open('a\0b'), /for path/],
  [() => open(new URL('https://example.com/a.tif')), /file: URL for path but received 'https:/],
  [() => open('a.tif', { access: 'fast' }), "expected 'auto', 'mmap' or 'pread' for access but received 'fast'"],
  [() => open('a.tif', { acess: 'mmap' }), 'expected only access, page, level in open options but received acess'],
  [() => open('a.tif', null), /an object for open options but received null/],
  [() => openRaw('in.raw'), 'expected an object for layout but received undefined'],
  [layout({ width: 0 }), 'expected an integer from 1 to 1099511627776 for width but received 0'],
  [layout({ height: 1.5 }), /for height but received 1.5/],
  [layout({ height: '3' }), /for height but received '3'/],
  [layout({ channels: 65_536 }), /from 1 to 65535 for channels/],
  [layout({ depth: 'uint32' }), "expected 'uint8', 'uint16', 'int16', 'int32' or 'float32' for depth but received 'uint32'"],
  [layout({ offset: -1 }), 'expected an integer of 0 or more for offset but received -1'],
  [layout({ rowStride: 3 }), 'expected an integer of 4 or more for rowStride but received 3'],
  [layout({ stride: 4 }), /but received stride/],
  [blur(), 'expected an object for gaussianBlur options but received undefined'],
  [blur(2), /an object for gaussianBlur options but received 2/],
  [blur({}), 'expected a number or { x, y } for sigma but received undefined'],
  [blur({ sigma: 0 }), 'expected a finite number above 0 for sigma but received 0'],
  [blur({ sigma: -1 }), /for sigma but received -1/],
  [blur({ sigma: NaN }), /for sigma but received NaN/],
  [blur({ sigma: Infinity }), /for sigma but received Infinity/],
  [blur({ sigma: '2' }), "expected a finite number above 0 for sigma but received '2'"],
  [blur({ sigma: null }), /for sigma but received null/],
  // The value shown is the one that was rejected.
  [blur({ sigma: { x: 1, y: -2 } }), 'expected a finite number above 0 for sigma.y but received -2'],
  [blur({ sigma: { x: 1 } }), 'expected a finite number above 0 for sigma.y but received undefined'],
  [blur({ sigma: { x: 1, y: 1, z: 1 } }), 'expected only x, y in sigma but received z'],
  [blur({ kernelSize: 4 }), 'expected an odd integer from 1 to 32767 for kernelSize but received 4'],
  [blur({ kernelSize: -3 }), /for kernelSize but received -3/],
  [blur({ kernelSize: 32_769 }), /for kernelSize/],
  [blur({ kernelSize: { x: 3, y: 3.5 } }), /for kernelSize.y but received 3.5/],
  [blur({ sigma: 1e9 }), /for (sigma|kernelSize)/],
  [blur({ sigma: 1, border: 'mirror' }), "expected 'reflect101', 'replicate', 'reflect', 'wrap' or { constant: number } for border but received 'mirror'"],
  [blur({ sigma: 1, border: { constant: '0' } }), /a finite number for border.constant but received '0'/],
  [blur({ sigma: 1, border: 'constant' }), /for border/],
  [blur({ sigma: 1, precision: 'best' }), "expected 'exact' or 'fast' for precision but received 'best'"],
  [blur({ sgima: 1 }), /but received sgima/],
  [crop({ left: 4 }), 'expected an integer from 0 to 3 for left but received 4'],
  [crop({ top: -1 }), 'expected an integer from 0 to 2 for top but received -1'],
  [crop({ left: 2, width: 3 }), 'expected an integer from 1 to 2 for width but received 3'],
  [crop({ height: 0 }), 'expected an integer from 1 to 3 for height but received 0'],
  [() => image().crop(), /an object for region/],
  [file({}, 7), /a path or a file: URL for path but received 7/],
  [file({ format: 'bmp' }), /for format but received 'bmp'/],
  [file({}, 'out'), /an extension among .*or options.format, for path but received 'out'/],
  [file({ tileSize: 100 }), 'expected a multiple of 16 from 16 to 16384 for tileSize but received 100'],
  [file({ tileSize: 0 }), /for tileSize but received 0/],
  [file({ tileSize: { x: 16, y: 24 } }), /for tileSize.y but received 24/],
  [file({ level: 1 }, 'out.raw'), "expected format 'tiff' or 'png' for level but received 'raw'"],
  [file({ level: 10 }, 'out.png'), 'expected an integer from 1 to 9 for level but received 10'],
  [file({ quality: 9 }, 'out.PNG'), "expected format 'tiff', 'jpeg', 'webp' or 'deepzoom' for quality but received 'png'"],
  [file({ quality: 101 }, 'out.jpg'), /from 1 to 100 for quality/],
  [file({}, 'out.webp'), "expected an image of 3 or 4 channels of uint8 for format 'webp' but received '1 of uint8'"],
  [file({}, 'out.pfm'), /1 or 3 channels of float32 for format 'pfm'/],
  [() => image().cast('float32').toFile('out.pgm'), "expected an image of uint8 or uint16 for format 'pnm' but received '1 of float32'"],
  [() => image().cast('int16').toFile('out.png'), /of 1 to 4 channels of uint8 or uint16 for format 'png'/],
  [() => image().encode(), /'raw', 'tiff', 'png', .* for format but received undefined/],
  [() => image().encode('tiff', { sync: true }), /in encode options but received sync/],
  [() => image().encode('jpeg', { chromaSubsampling: '4:1:1' }), /'4:2:0' or '4:4:4' for chromaSubsampling/],
  [file({ tileSize: 16 }, 'out.raw'), "expected format 'tiff' or 'deepzoom' for tileSize but received 'raw'"],
  [file({ bigTiff: 'yes' }), "expected a boolean or 'auto' for bigTiff but received 'yes'"],
  [file({ keep: 'icc' }), "expected a boolean or an array of 'icc', 'resolution', 'xmp', 'description', 'ome', 'geo' or 'origin' for keep but received 'icc'"],
  [file({ keep: ['icc', 'exif'] }), /for keep\[1\] but received 'exif'/],
  [file({ keep: true }, 'out.raw'), "expected format 'tiff' for keep but received 'raw'"],
  [file({ tags: 1 }), 'expected an object for tags but received 1'],
  [file({ tags: { software: 'mine' } }), /but received software/],
  [file({ tags: { icc: 'srgb' } }), "expected bytes for tags.icc but received 'srgb'"],
  [file({ tags: { xmp: '' } }), /expected bytes for tags.xmp/],
  [file({ tags: { description: 'a\0b' } }), /expected a text for tags.description/],
  [file({ tags: { artist: 7 } }), 'expected a text for tags.artist but received 7'],
  [file({ tags: { resolution: { x: 1, y: 0, unit: 'cm' } } }), 'expected a finite number above 0 for tags.resolution.y but received 0'],
  [file({ tags: { resolution: { x: 1e10, y: 1, unit: 'cm' } } }), /for tags.resolution.x but received 10000000000/],
  [file({ tags: { resolution: { x: 1, y: 1 } } }), "expected 'inch', 'cm' or 'none' for tags.resolution.unit but received undefined"],
  [file({ tags: { geo: { transform: [1, 2] } } }), 'expected an array of 6 numbers for tags.geo.transform but received [ 1, 2 ]'],
  [file({ tags: { geo: { transform: [1, 1, 0, 1, 1, 0] } } }), /six numbers that put pixels in different places/],
  [file({ tags: { geo: { epsg: 4326 } } }), /which epsg needs, for tags.geo.model but received undefined/],
  [file({ tags: { geo: { model: 'projected', epsg: 32_767 } } }), 'expected an integer from 1 to 32766 for tags.geo.epsg but received 32767'],
  [file({ tags: { geo: { keys: { 1024: -1 } } } }), 'expected an integer from 0 to 65535 for tags.geo.keys[1024] but received -1'],
  [file({ tags: { geo: { tiepoints: [[1]] } } }), /6 numbers for tags.geo.tiepoints\[0\]/],
  [file({ tags: { geo: { nodata: '0' } } }), "expected a number for tags.geo.nodata but received '0'"],
  [file({ sync: 1 }), 'expected a boolean for sync but received 1'],
  [file({ signal: {} }), 'expected an AbortSignal for signal but received {}'],
  [file({ onProgress: 1 }), 'expected a function for onProgress but received 1'],
  [file({ threads: 0 }), 'expected an integer from 1 to 1024 for threads but received 0'],
  [buffer({ threads: 1.5 }), /for threads/],
  [buffer({ signal: null }), /for signal but received null/],
  [buffer({ int: new Uint8Array(12) }), /but received int/],
  [tiles({ width: 0 }), 'expected an integer of 1 or more for width but received 0'],
  [tiles({ height: undefined }), /for height but received undefined/],
  [tiles({ threads: -1 }), /for threads/],
  [() => image().tiles(), /an object for tiles options/],
  [() => gigapx.concurrency(0), 'expected an integer from 1 to 1024 for threads but received 0'],
  [() => gigapx.concurrency('4'), /for threads but received '4'/],
  [() => gigapx.memoryLimit(0), 'expected an integer of 1 or more for bytes but received 0'],
]

for (const [index, [call, message]] of table.entries()) {
  test(`${index}: ${message}`, (t) => {
    t.throws(call, { instanceOf: GigapxError, code: 'ERR_INVALID_ARGUMENT', message })
  })
}

test('options that are undefined are as good as absent', async (t) => {
  const blurred = image().gaussianBlur({ sigma: 1, kernelSize: undefined, border: undefined, precision: undefined })
  const bytes = await blurred.toBuffer({ into: undefined, signal: undefined, onProgress: undefined, threads: undefined })
  t.is(bytes.length, 12)
})

test('nothing but the API is exported', (t) => {
  t.deepEqual(Object.keys(gigapx).toSorted(), [
    'GigapxError', 'concurrency', 'counters', 'fromBuffer', 'histogram', 'join', 'memoryLimit', 'open', 'openRaw', 'simd', 'stats',
    'versions', 'write',
  ])
})
