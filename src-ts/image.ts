import { Buffer, constants } from 'node:buffer'
import process from 'node:process'

import { type Depth, depthBytes } from './depth.js'
import { calling, CallSite, fromBinding, GigapxError } from './errors.js'
import { checkExplain, type Explanation, explanation, type ExplainOptions } from './explain.js'
import * as is from './is.js'
import { checkJob, jobKeys, type JobOptions, runJob } from './job.js'
import type { Measurement } from './measurement.js'
import { bytesOf, claim, pin } from './memory.js'
import type { Metadata } from './metadata.js'
import { type BindingError, type BindingImage, type BindingJob, type BindingMeasure, native } from './native.js'
import { bindingifyRegion, type Region } from './region.js'
import { Statistics } from './statistics.js'
import { type Tags, tagsOf } from './tags.js'
import { bindingifyEncode, bindingifyTarget, type BufferFormat, type EncodeOptions, type ToFileOptions } from './target.js'
import { generateTiles, type Tile, type TilesOptions } from './tiles.js'

/** How to compute an image into memory. */
export interface ToBufferOptions<T extends ArrayBufferView = ArrayBufferView> extends JobOptions {
  /**
   * Memory to fill: a typed array or Buffer of exactly `width * height * channels` samples. Do not
   * touch it until the promise settles. It cannot be transferred to another thread afterwards.
   */
  readonly into?: T | undefined
}

/**
 * An image that is computed on demand. It is immutable and costs next to nothing: a filter returns a
 * new image, and no pixel is computed before a sink (`toFile`, `toBuffer`, `encode`, `tiles`) asks for it.
 *
 * However an image is computed, whole or in parts, by one thread or many, its bytes are the same: those
 * that each filter in turn would give on the whole image.
 */
export class Image extends Statistics {
  /** Columns. */
  override readonly width: number
  /** Rows. */
  override readonly height: number
  /** Interleaved samples a pixel; each channel is filtered by itself. */
  override readonly channels: number
  /** The type of a sample. */
  override readonly depth: Depth

  #binding: BindingImage | undefined
  /** The caller's memory that pixels come from, where they do not come from a file. */
  readonly #memory: readonly Uint8Array[]

  /** @internal */
  constructor(binding: BindingImage, memory: readonly Uint8Array[]) {
    super()
    this.#binding = binding
    this.#memory = memory
    this.width = binding.width
    this.height = binding.height
    this.channels = binding.channels
    this.depth = binding.depth as Depth
  }

  /**
   * What the container says. `width`, `height`, `channels` and `depth` are this image's; the rest
   * describes the source that it is computed from.
   *
   * @example
   * ```ts
   * const { format, tileWidth } = (await open('slide.tif')).metadata()
   * ```
   * @throws GigapxError `ERR_CLOSED`
   */
  metadata(): Metadata {
    const binding = this.#open()
    return calling(() => binding.metadata()) as Metadata
  }

  /**
   * What describes the image beside its pixels: of an image that was opened, what its file says; of one made
   * from it, what of that is still so. Crops, pads, flips and turns move `geo` along and turn `resolution`;
   * a profile for other channels is gone, and so is `geo` where images were joined.
   *
   * @example
   * ```ts
   * const { resolution, geo } = await (await open('map.tif')).tags()
   * await image.toFile('out.tif', { keep: true, tags: { description: 'sharpened' } })
   * ```
   * @throws GigapxError `ERR_CLOSED` at the call; the promise rejects with `ERR_IO`, `ERR_SOURCE_CHANGED`, or
   * `ERR_CORRUPT_INPUT` if a tag is not where the file says
   */
  tags(): Promise<Tags> {
    const binding = this.#open()
    const site = new CallSite(Image.prototype.tags)
    return calling(() => binding.tags()).then(({ tags, error }) => {
      if (tags === undefined) {
        throw fromBinding(error ?? { code: 'ERR_INTERNAL', message: 'nothing was read' }, site)
      }
      return tagsOf(tags)
    })
  }

  /**
   * A part of the image. Only it, and what the filters before it need around it, is computed. Filters
   * before the crop see the pixels outside of it; filters after it see a border there.
   *
   * @example
   * ```ts
   * const view = await blurred.crop({ left: 4096, top: 8192, width: 1024, height: 1024 }).toBuffer()
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT` if the region is not inside the image; `ERR_CLOSED`
   */
  crop(region: Region): Image {
    const checked = bindingifyRegion(region, this)
    return this.derive((binding) => binding.crop(checked))
  }

  /**
   * Computes the image into a file. The file appears under its name when it is complete, replacing
   * what was there; after a failure or an abort nothing has changed. A file that the image is
   * computed from can be the target.
   *
   * @example
   * ```ts
   * await image.gaussianBlur({ sigma: 2.2 }).toFile('blurred.tif', {
   *   signal: AbortSignal.timeout(60_000),
   *   onProgress: ({ fraction }) => console.log(`${Math.round(fraction * 100)} %`),
   * })
   * await image.toFile('viewer.dzi', { tileFormat: 'webp', quality: 85, decimation: 'gaussian' })
   * ```
   * @param path - A path or a `file:` URL; see `format` for its extension.
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_UNSUPPORTED`, `ERR_CLOSED` at the call; the promise
   * rejects with `ERR_IO`, `ERR_NO_SPACE`, `ERR_MEMORY_LIMIT`, `ERR_SOURCE_CHANGED`, `ERR_CORRUPT_INPUT`,
   * `ERR_INVALID_ARGUMENT` if what is to be kept is not so of the image, or the signal's reason
   */
  toFile(path: string | URL, options: ToFileOptions = {}): Promise<void> {
    const binding = this.#open()
    const { target, job } = bindingifyTarget(path, options, this)
    return this.#run(job, new CallSite(Image.prototype.toFile), (running) => binding.toFile(running, target))
      .then(() => undefined)
  }

  /**
   * Computes the image into memory: rows of interleaved samples without gaps, in the byte order of
   * this machine. The Buffer is native memory, not a copy of it. With `into`, your memory is filled,
   * and the promise resolves to it.
   *
   * @example
   * ```ts
   * const bytes = await image.toBuffer()
   * const samples = await image.toBuffer({ into: new Float32Array(image.width * image.height) })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED` at the call, and `ERR_BUFFER_TOO_LARGE` if the
   * result exceeds `buffer.constants.MAX_LENGTH` (4 GiB on Node 20); the promise rejects with `ERR_IO`,
   * `ERR_MEMORY_LIMIT`, `ERR_SOURCE_CHANGED`, `ERR_CORRUPT_INPUT`, or the signal's reason
   */
  toBuffer<T extends ArrayBufferView>(options: ToBufferOptions<T> & { readonly into: T }): Promise<T>
  toBuffer(options?: JobOptions & { readonly into?: undefined }): Promise<Buffer>
  toBuffer(options: ToBufferOptions = {}): Promise<ArrayBufferView> {
    const binding = this.#open()
    const { into, ...rest } = is.options(options, 'toBuffer options', ['into', ...jobKeys])
    const job = checkJob(rest)
    const site = new CallSite(Image.prototype.toBuffer)
    if (into !== undefined) {
      const bytes = this.#output(into)
      return this.#run(job, site, (running) => binding.toMemory(running, bytes), bytes).then(() => into)
    }
    this.#fits('the image', this.width, this.height)
    return this.#run(job, site, (running) => binding.toBuffer(running)).then(bufferOf)
  }

  /**
   * Computes the image into memory as a file: what {@link toFile} would write. The Buffer is native memory,
   * not a copy of it; it is the result and does not count against the memory limit.
   *
   * @example
   * ```ts
   * response.type('image/jpeg').send(await view.encode('jpeg', { quality: 85 }))
   * ```
   * @param format - see the table at {@link ToFileOptions.format}
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_UNSUPPORTED`, `ERR_CLOSED` at the call; the promise rejects
   * with `ERR_BUFFER_TOO_LARGE` if the file exceeds `buffer.constants.MAX_LENGTH`, `ERR_UNSUPPORTED` if the image
   * is larger than the format allows, `ERR_IO`, `ERR_MEMORY_LIMIT`, `ERR_SOURCE_CHANGED`, `ERR_CORRUPT_INPUT`,
   * or the signal's reason
   */
  encode(format: BufferFormat, options: EncodeOptions = {}): Promise<Buffer> {
    const binding = this.#open()
    const { target, limit, job } = bindingifyEncode(format, options, this)
    const site = new CallSite(Image.prototype.encode)
    return this.#run(job, site, (running) => binding.encode(running, target, limit)).then(bufferOf)
  }

  /**
   * Computes the image tile by tile, row by row from the top left. The work runs a few tiles ahead of
   * you and then waits, so memory stays bounded however slow you are. Leaving the loop ends it.
   *
   * Nothing runs before the first tile is asked for. `onProgress` counts tiles that are computed,
   * which may be ahead of those you have.
   *
   * @example
   * ```ts
   * for await (const tile of image.tiles({ width: 1024, height: 1024 })) {
   *   await upload(`${tile.left}-${tile.top}`, tile.data)
   * }
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED` at the call, and `ERR_BUFFER_TOO_LARGE` if a tile
   * exceeds `buffer.constants.MAX_LENGTH`; the iteration fails with `ERR_IO`, `ERR_MEMORY_LIMIT`,
   * `ERR_SOURCE_CHANGED`, `ERR_CORRUPT_INPUT`, or the signal's reason
   */
  tiles(options: TilesOptions): AsyncGenerator<Tile, void, undefined> {
    const binding = this.#open()
    const { width, height, ...rest } = is.options(options, 'tiles options', ['width', 'height', ...jobKeys])
    is.integer(width, 'width', 1)
    is.integer(height, 'height', 1)
    const job = checkJob(rest)
    const size = { width: Math.min(width, this.width), height: Math.min(height, this.height) }
    this.#fits('a tile', size.width, size.height)
    return generateTiles(binding, this.#memory, size, job, new CallSite(Image.prototype.tiles))
  }

  /**
   * How the image would be computed: what is made, in what pieces, in how much memory, and how much of
   * it twice. Nothing is computed unless you ask for a run.
   *
   * @example
   * ```ts
   * console.log(String(await image.explain()))
   * const { recomputed } = await image.explain({ run: true })
   * ```
   * @throws GigapxError `ERR_INVALID_ARGUMENT`, `ERR_CLOSED` at the call; the promise rejects with
   * `ERR_MEMORY_LIMIT`, and after a run as {@link toFile}
   */
  explain(options: ExplainOptions = {}): Promise<Explanation> {
    const binding = this.#open()
    const { layout, tile, run, job } = checkExplain(options)
    const site = new CallSite(Image.prototype.explain)
    const plan = async (): Promise<Explanation> => {
      const raw = calling(() => binding.explain(layout, tile.x, tile.y, job.threads ?? 0), site)
      let made: number | undefined
      if (run) {
        await this.#run(job, site, async (running) => {
          const outcome = await binding.rehearse(running, layout, tile.x, tile.y)
          made = running.made
          return outcome
        })
      }
      return explanation(raw, made)
    }
    return plan()
  }

  /**
   * Gives the image up: using it from now on throws `ERR_CLOSED`. Images made from it, and jobs that
   * run, are not affected: the file or memory behind it is free once the last of them is closed, over,
   * or out of reach and garbage collected. To close twice does no harm.
   *
   * @example
   * ```ts
   * await using slide = await open('slide.tif')   // closed at the end of the block
   * ```
   */
  close(): Promise<void> {
    this.#binding?.close()
    this.#binding = undefined
    return Promise.resolve()
  }

  /** As {@link close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** @internal */
  protected override derive(
    make: (binding: BindingImage, others: BindingImage[]) => BindingImage,
    others: readonly Image[] = [],
  ): Image {
    return Image.combine([this, ...others], ([binding, ...rest]) => make(binding as BindingImage, rest))
  }

  /** @internal */
  protected override measure<T>(what: Measurement<T>, job: JobOptions, site: CallSite): Promise<T> {
    const { measure, read } = Image.finding(this, what)
    return this.#run(job, site, (running) => native.BindingImage.write(running, [], [], [measure])).then(read)
  }

  /**
   * The image that the binding makes of several.
   *
   * @internal
   */
  static combine(images: readonly Image[], make: (bindings: BindingImage[]) => BindingImage): Image {
    const bindings = images.map((image, i) => {
      if (!(image instanceof Image)) {
        throw is.invalid('an Image', i === 0 ? 'the image' : 'the other image', image)
      }
      return image.#open()
    })
    const memory = new Set(images.flatMap((image) => image.#memory))
    return new Image(calling(() => make(bindings)), [...memory])
  }

  /**
   * The bindings of several images, and the memory that they come from.
   *
   * @internal
   */
  static uses(images: readonly Image[]): { bindings: BindingImage[]; memory: Uint8Array[] } {
    const bindings = images.map((image) => image.#open())
    return { bindings, memory: [...new Set(images.flatMap((image) => image.#memory))] }
  }

  /**
   * What the binding is to measure of an image, and how to read it.
   *
   * @internal
   */
  static finding<T>(image: Image, what: Measurement<T>): { measure: BindingMeasure; read: () => T } {
    return what.of(image.#open(), image)
  }

  #open(): BindingImage {
    if (this.#binding === undefined) {
      throw new GigapxError('ERR_CLOSED', 'the image was closed')
    }
    return this.#binding
  }

  /** Runs a job, holding the memory that it uses. */
  #run<O extends { error?: BindingError }>(
    options: JobOptions,
    site: CallSite,
    start: (job: BindingJob) => Promise<O>,
    writes?: Uint8Array,
  ): Promise<O> {
    const release = claim({ reads: this.#memory, writes })
    return runJob(options, site, start).finally(release)
  }

  /** Checks memory that is to take the whole image. */
  #output(into: ArrayBufferView): Uint8Array {
    const bytes = bytesOf(into, 'into')
    const sample = depthBytes(this.depth)
    const length = this.width * this.height * this.channels * sample
    if (bytes.byteLength !== length) {
      throw is.invalid(`memory of ${length} bytes`, 'into', `${bytes.byteLength} bytes`)
    }
    if (bytes.byteOffset % sample !== 0) {
      throw is.invalid(`memory aligned to ${sample} bytes`, 'into', `byteOffset ${bytes.byteOffset}`)
    }
    pin(bytes)
    return bytes
  }

  /** Checks that so many pixels fit a Buffer. */
  #fits(what: string, width: number, height: number): void {
    const length = width * height * this.channels * depthBytes(this.depth)
    if (length > constants.MAX_LENGTH) {
      throw new GigapxError(
        'ERR_BUFFER_TOO_LARGE',
        `${what} needs ${length} bytes, but a Buffer has at most ${constants.MAX_LENGTH} on Node ` +
          `${process.version}; write it to a file with toFile(), or take it in pieces with tiles()`,
      )
    }
  }
}

/** The memory of a result, which is native. */
function bufferOf({ data }: { data?: Uint8Array }): Buffer {
  const { buffer, byteOffset, byteLength } = data as Uint8Array
  return Buffer.from(buffer, byteOffset, byteLength)
}
