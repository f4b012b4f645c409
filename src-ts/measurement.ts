import type { Depth } from './depth.js'
import type { BindingImage, BindingMeasure } from './native.js'

/** What a measurement needs to know of its image. */
export interface Subject {
  readonly channels: number
  readonly depth: Depth
}

/**
 * Something to find out about an image while it is computed, such as {@link stats} or {@link histogram},
 * in the place of a file in {@link write}.
 */
export class Measurement<T> {
  readonly #begin: (binding: BindingImage, subject: Subject) => BindingMeasure
  readonly #read: (measure: BindingMeasure, subject: Subject) => T

  /** @internal */
  constructor(
    begin: (binding: BindingImage, subject: Subject) => BindingMeasure,
    read: (measure: BindingMeasure, subject: Subject) => T,
  ) {
    this.#begin = begin
    this.#read = read
  }

  /**
   * What the binding is to measure, and how to read it when the job is over.
   *
   * @internal
   */
  of(binding: BindingImage, subject: Subject): { measure: BindingMeasure; read: () => T } {
    const measure = this.#begin(binding, subject)
    return { measure, read: () => this.#read(measure, subject) }
  }
}
