import { checkDepth, type Depth } from './depth.js'
import { calling, CallSite, fromBinding } from './errors.js'
import { Image } from './image.js'
import * as is from './is.js'
import { bindingifyLayout, extent, type Layout, layoutKeys } from './layout.js'
import { bytesOf, depthOf, pin, type PixelData } from './memory.js'
import { type BindingOpened, native } from './native.js'

/** How to open a file. */
export interface OpenOptions {
  /**
   * `'mmap'` maps the file into memory: the fastest, but if the file shrinks while it is read, the
   * process dies by SIGBUS. `'pread'` reads from it: for files that others may change, and for
   * network file systems. Default `'auto'`: `'mmap'` where that is safe to assume.
   */
  readonly access?: 'auto' | 'mmap' | 'pread' | undefined
  /** The page of a file of several, from 0 on. Default 0. */
  readonly page?: number | undefined
  /**
   * A smaller version of the page, if the file has such: 0 is the page itself, 1 the largest of the
   * smaller ones. {@link Metadata.levels} lists them. Default 0.
   */
  readonly level?: number | undefined
}

/**
 * Opens an image file, of the format that its first bytes tell. Only its header is read; pixels stay on disk
 * until a sink asks for them.
 *
 * - TIFF and BigTIFF, uncompressed or in LZW, Deflate, Zstd, PackBits, JPEG, WebP or CCITT's compressions
 * - portable maps (PBM, PGM, PPM, PAM, PFM) and NumPy arrays (`.npy`: rows by columns, perhaps by channels), any
 *   region at once
 * - PNG, row by row from the top; interlaced ones as a whole
 * - JPEG (grey or colour), WebP, BMP, GIF (first frame), ICO (largest icon), TGA, QOI, Radiance HDR, OpenEXR,
 *   farbfeld and DDS, as a whole
 *
 * {@link Metadata.access} tells which of these ways it is.
 *
 * Samples become one of the {@link Depth}s: those of 1 to 7 bits fill the range of uint8, 9 to 15 bits
 * keep their values in uint16, int8 becomes int16, half becomes float32; uint32 and 64-bit integers
 * become int32 and saturate, double becomes float32. Where zero is white it is inverted, palettes
 * become RGB, YCbCr in JPEG becomes RGB; CMYK in TIFF stays as it is. A transparent colour of PNG becomes an alpha
 * channel. Samples of portable maps keep their values whatever the largest is, but for bitmaps, which are 0 and
 * 255. Neither gamma nor an orientation is applied.
 *
 * Compressed TIFF files are decoded strip by strip or tile by tile, each as a whole. Where that takes more
 * than `memoryLimit()`, a sink rejects with `ERR_MEMORY_LIMIT`; so it does for other images that are decoded as a
 * whole. Raise the limit, or convert them to TIFF once.
 *
 * Of many images, 64 have their file open; the others open it when it is read, and fail with `ERR_SOURCE_CHANGED`
 * if it is not as it was.
 *
 * @example
 * ```ts
 * const slide = await open('slide.tif')
 * console.log(slide.width, slide.height, slide.depth)
 * const overview = await open('slide.tif', { level: slide.metadata().levels.length - 1 })
 * ```
 * @param path - A path or a `file:` URL.
 * @throws GigapxError `ERR_INVALID_ARGUMENT` at the call; the promise rejects with `ERR_IO`,
 * `ERR_CORRUPT_INPUT`, `ERR_UNSUPPORTED` for other formats, or `ERR_INVALID_ARGUMENT` if the file has no
 * such page or level
 */
export function open(path: string | URL, options: OpenOptions = {}): Promise<Image> {
  const file = is.path(path, 'path')
  const { page = 0, level = 0, access } = is.options(options, 'open options', ['access', 'page', 'level'])
  const checked = checkAccess({ access })
  is.integer(page, 'page', 0)
  is.integer(level, 'level', 0)
  return opened(() => native.BindingImage.open(file, checked, page, level), new CallSite(open))
}

/**
 * Opens a file of bare pixels, whose layout you know. Nothing but its size is checked.
 *
 * @example
 * ```ts
 * const scan = await openRaw('scan.raw', { width: 80_000, height: 60_000, depth: 'uint16' })
 * ```
 * @param path - A path or a `file:` URL.
 * @throws GigapxError `ERR_INVALID_ARGUMENT` at the call; the promise rejects with `ERR_IO`, or
 * `ERR_CORRUPT_INPUT` if the file is too short for the layout
 */
export function openRaw(path: string | URL, layout: Layout, options: Pick<OpenOptions, 'access'> = {}): Promise<Image> {
  const file = is.path(path, 'path')
  const checked = bindingifyLayout(layout)
  const access = checkAccess(options)
  return opened(() => native.BindingImage.openRaw(file, checked, access), new CallSite(openRaw))
}

/**
 * An image of pixels in memory, which are not copied. Do not change them while a job reads them; the
 * memory cannot be transferred to another thread afterwards.
 *
 * @example
 * ```ts
 * const samples = new Float32Array(4000 * 3000)
 * const image = fromBuffer(samples, { width: 4000, height: 3000 })   // depth 'float32'
 * const rgb = fromBuffer(bytes, { width: 4000, height: 3000, channels: 3 })
 * ```
 * @param data - A typed array or Buffer. Bytes (Buffer, Uint8Array) may hold any depth; other arrays
 * hold their own. It must not be shared, resizable or transferred.
 * @param layout - `depth` defaults to what the array holds; `offset` and `rowStride` count bytes.
 * @throws GigapxError `ERR_INVALID_ARGUMENT`
 */
export function fromBuffer(data: PixelData, layout: Layout): Image {
  const bytes = bytesOf(data, 'data')
  const depth = bufferDepth(data, layout)
  const checked = bindingifyLayout({ ...layout, depth })
  const needed = extent(checked)
  if (bytes.byteLength < needed) {
    throw is.invalid(`${needed} bytes or more`, 'data', `${bytes.byteLength} bytes`)
  }
  const binding = calling(() => native.BindingImage.fromBuffer(bytes, checked))
  pin(bytes)
  return new Image(binding, [bytes])
}

function bufferDepth(data: PixelData, layout: Layout): Depth {
  const own = depthOf(data)
  if (own === undefined) {
    throw is.invalid('a Uint8Array, Uint16Array, Int16Array, Int32Array, Float32Array or Buffer', 'data', data)
  }
  const depth = is.options(layout, 'layout', layoutKeys).depth ?? own
  checkDepth(depth, 'depth')
  if (own !== 'uint8' && depth !== own) {
    throw is.invalid(`'${own}', which the array holds,`, 'depth', depth)
  }
  return depth
}

function checkAccess(options: Pick<OpenOptions, 'access'>): string {
  const { access = 'auto' } = is.options(options, 'open options', ['access'])
  return is.oneOf(access, 'access', ['auto', 'mmap', 'pread'])
}

async function opened(start: () => Promise<BindingOpened>, site: CallSite): Promise<Image> {
  const { image, error } = await calling(start)
  if (image === undefined) {
    throw fromBinding(error ?? { code: 'ERR_INTERNAL', message: 'nothing was opened' }, site)
  }
  return new Image(image, [])
}
