// Buffers in the module's memory.

import { wasm } from "./module.js";

/** The words of `Call` in wasm/src/call.rs, in its order; ε follows. */
const WORDS = ["x", "y", "residual", "gamma", "beta", "mean", "rstd", "stats", "dy", "dx", "dgamma", "dbeta", "width", "flags"] as const;

/** What a {@link Buffers} has a place for. */
export type Name = Exclude<(typeof WORDS)[number], "width" | "flags"> | "moments" | "other";

/** The norm of a call. */
export interface Norm {
  centred: boolean;
  width: number;
  epsilon: number;
  unitOffset?: boolean | undefined;
}

/** Numbers in a `RowStats`. */
export const STATS = 4;

/** Bytes of `length` numbers, in whole cache lines. */
const padded = (length: number) => 64 * Math.ceil(length / 16);

/** One allocation: a call, and a buffer for each of its arrays. Throws `RangeError` where the module has no more memory. */
export class Buffers {
  /** Addresses; 0 is absent. */
  readonly at: Partial<Record<Name, number>> = {};
  /** Address of the call. */
  call: number;
  readonly #bytes: number;

  /** `lengths` in numbers; what has none is absent. */
  constructor({ centred, width, epsilon, unitOffset }: Norm, lengths: Partial<Record<Name, number>>) {
    const bytes = Object.values(lengths).reduce((sum, length) => sum + padded(length), 64);
    // Beyond the address space: `alloc` would see another number.
    this.call = bytes < 2 ** 32 ? wasm().alloc(bytes) >>> 0 : 0;
    if (this.call === 0) throw new RangeError(`memory: expected ${bytes} free bytes, actual fewer`);
    this.#bytes = bytes;
    let next = this.call + 64;
    for (const [name, length] of Object.entries(lengths) as [Name, number][]) {
      if (length) this.at[name] = next;
      next += padded(length);
    }
    // A y that nobody wants is written where dx will be.
    const words: Partial<Record<(typeof WORDS)[number], number | undefined>> = { y: this.at.dx, ...this.at, width, flags: +centred + 2 * +!!unitOffset };
    new Uint32Array(wasm().memory.buffer, this.call).set(WORDS.map((word) => words[word] ?? 0));
    view(this.call + 4 * WORDS.length, 1)[0] = epsilon;
  }

  free(): void {
    if (this.call !== 0) wasm().dealloc(this.call, this.#bytes);
    this.call = 0;
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
