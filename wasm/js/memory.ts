// Buffers in the module's memory.

import { wrongValue } from "./check.js";
import { allocate, release } from "./heap.js";
import { wasm } from "./module.js";
import type { Floats } from "./options.js";

/** The words of `Call` in wasm/src/call.rs, in its order; ε follows. */
const WORDS = ["x", "y", "residual", "gamma", "beta", "mean", "rstd", "stats", "dy", "dx", "dgamma", "dbeta", "width", "flags"] as const;

/** What a {@link Buffers} has a place for. */
export type Name = Exclude<(typeof WORDS)[number], "width" | "flags"> | "moments" | "other";

/** An array of any type that is here. */
type Numbers = Float32Array | Int32Array | Int16Array | Int8Array | Uint8Array;

/** The norm of a call. */
export interface Norm {
  centred: boolean;
  width: number;
  epsilon: number;
  unitOffset?: boolean | undefined;
}

/** Numbers in a `RowStats`. */
export const STATS = 4;

/** Numbers of a long array. */
const LONG = 1024;

/** Bytes of `length` numbers, in whole cache lines, three more if they are long: see {@link APART}. */
const padded = (length: number) => 64 * Math.ceil(length / 16) + (length < LONG ? 0 : 192);

/**
 * A long array begins this many bytes behind a multiple of 256: JavaScript's begin at 0 or 16 of a page, and processors copy to an address
 * a few bytes behind that of the source, modulo 4096, five times slower.
 */
const APART = 128;

/** Instances' memory that nobody uses any more, of which somebody may have kept views. */
const left: Allocation<string>[] = [];

/** Leaves `memory` to whoever allocates next. */
export function leave(memory: Allocation<string>[]): void {
  left.push(...memory);
}

/**
 * Gives back what was left. Before that, all views of the memory are emptied: one that was kept reads and writes nothing of
 * what comes to lie there. Memory that grows empties views, by 0 pages too.
 */
function reclaim(): void {
  const { memory } = wasm();
  const { buffer } = memory;
  memory.grow(0);
  // By the standard it is another one now; an engine that does not follow it gets a page more.
  if (memory.buffer === buffer) memory.grow(1);
  for (const allocation of left.splice(0)) allocation.free();
}

/** One allocation, with a buffer for each of its arrays. Throws `RangeError` where the module has no more memory. */
export class Allocation<N extends string> {
  /** Addresses; 0 is absent. */
  readonly at: Partial<Record<N, number>> = {};
  readonly #bytes: number;
  #address: number;

  /** `lengths` in numbers of 32 bits; what has none is absent. */
  constructor(lengths: Partial<Record<N, number>>) {
    if (left.length > 0) reclaim();
    const all = Object.entries(lengths) as [N, number][];
    const bytes = all.reduce((sum, [, length]) => sum + padded(length), 0);
    let next: number;
    try {
      next = this.#address = allocate(wasm().memory, bytes);
    } catch {
      wrongValue("memory", `${bytes} free bytes`, "fewer", "dispose() of instances, or take fewer rows at a time; all share at most 4 GB");
    }
    this.#bytes = bytes;
    for (const [name, length] of all) {
      if (length) this.at[name] = length < LONG ? next : next + ((APART - next) & 255);
      next += padded(length);
    }
  }

  free(): void {
    if (this.#address !== 0) release(this.#address, this.#bytes);
    this.#address = 0;
  }
}

/** A call and its arrays. */
export class Buffers extends Allocation<Name | "call"> {
  /** Address of the call. */
  readonly call: number;

  constructor({ centred, width, epsilon, unitOffset }: Norm, lengths: Partial<Record<Name, number>>) {
    super({ call: WORDS.length + 1, ...lengths });
    this.call = this.at.call!;
    // A y that nobody wants is written where dx will be.
    const words: Partial<Record<(typeof WORDS)[number], number | undefined>> = { y: this.at.dx, ...this.at, width, flags: +centred + 2 * +!!unitOffset };
    new Uint32Array(wasm().memory.buffer, this.call).set(WORDS.map((word) => words[word] ?? 0));
    view(this.call + 4 * WORDS.length, 1)[0] = epsilon;
  }
}

/** Who must not be forgotten while a view is there. */
const owners = /* @__PURE__ */ new WeakMap<Numbers, object>();

/** An array in the memory of an instance; its view is made anew when memory has grown. */
export class Part<T extends Numbers = Floats> {
  #view: T | undefined;

  constructor(
    readonly at: number,
    readonly length: number,
    readonly type: new (buffer: ArrayBuffer, at: number, length: number) => T,
  ) {}

  /** Of `owner`, which lives as long as the view. */
  view(owner: object): T {
    const { buffer } = wasm().memory;
    if (this.#view?.buffer !== buffer) {
      this.#view = new this.type(buffer as ArrayBuffer, this.at, this.length);
      owners.set(this.#view, owner);
    }
    return this.#view as T;
  }
}

/** A view of `length` numbers at `address`, good until memory grows. */
export function view(address: number, length: number): Floats {
  return new Float32Array(wasm().memory.buffer as ArrayBuffer, address, length);
}

/** What gives `values` back after memory has grown, which empties every view of it: `layerNorm(norm.x, …)`. */
export function anchor<T extends Numbers | undefined>(values: T): () => T {
  if (values?.buffer !== wasm().memory.buffer) return () => values;
  const { byteOffset, length } = values;
  const type = values.constructor as new (buffer: ArrayBuffer, at: number, length: number) => T;
  return () => new type(wasm().memory.buffer, byteOffset, length);
}
