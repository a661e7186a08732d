// Buffers in the module's memory.

import { wasm } from "./module.js";

/** Bytes of `length` numbers, in whole cache lines. */
const padded = (length: number) => 64 * Math.ceil(length / 16);

/** One allocation, handed out in parts; throws `RangeError` where the module has no more memory. */
export class Buffers {
  readonly #bytes: number;
  #base: number;
  #next: number;

  constructor(lengths: number[]) {
    const bytes = lengths.reduce((sum, length) => sum + padded(length), 64);
    // Beyond the address space: `alloc` would see another number.
    this.#base = bytes < 2 ** 32 ? wasm().alloc(bytes) >>> 0 : 0;
    if (this.#base === 0) throw new RangeError(`memory: expected ${bytes} free bytes, actual fewer`);
    this.#bytes = bytes;
    this.#next = this.#base;
  }

  /** Address of the next part. */
  take(length: number): number {
    const address = this.#next;
    this.#next += padded(length);
    return address;
  }

  free(): void {
    if (this.#base !== 0) wasm().dealloc(this.#base, this.#bytes);
    this.#base = 0;
  }
}

/** A view of `length` numbers at `address`, good until memory grows. */
export function view(address: number, length: number): Float32Array {
  return new Float32Array(wasm().memory.buffer, address, length);
}

/** What gives `values` back after memory has grown, which empties every view of it: `layerNorm(norm.x, …)`. */
export function anchor<T extends Float32Array | undefined>(values: T): () => T {
  if (values?.buffer !== wasm().memory.buffer) return () => values;
  const { byteOffset, length } = values;
  return () => view(byteOffset, length) as T;
}
