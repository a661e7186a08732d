// What the calls that copy in and out work in: a block of the module's memory that is kept, so that a call allocates nothing.

import { Allocation, view } from "./memory.js";
import { wasm } from "./module.js";
import { PART } from "./parts.js";

/** Words of a call in the module: where each is in `Call` of wasm/src/call.rs. What is not named stays 0, absent. */
const enum Word {
  X = 0,
  Y = 1,
  Gamma = 3,
  Beta = 4,
  Mean = 5,
  Rstd = 6,
  Width = 12,
  Flags = 13,
  Epsilon = 14,
  /** How many there are. */
  Words = 15,
}

type Optional = Float32Array | undefined;

/** An array of the scratch. Its last view is kept; memory that grows empties it. */
class Slot {
  #view = new Float32Array(0);

  constructor(readonly at: number) {}

  /** The first `length` numbers. */
  view(length: number): Float32Array {
    if (this.#view.length !== length) this.#view = view(this.at, length);
    return this.#view;
  }
}

/** Room for a part of the rows, and the call that normalises them. */
export class Scratch {
  readonly x: Slot;
  readonly y: Slot;
  readonly gamma: Slot;
  readonly beta: Slot;
  readonly mean: Slot;
  readonly rstd: Slot;
  readonly #memory: Allocation<"call" | "x" | "y" | "gamma" | "beta" | "mean" | "rstd">;
  readonly #call: number;
  #words = new Uint32Array(0);
  #epsilon = new Float32Array(0);
  // Of its own: a look-up among the module's exports takes time.
  readonly #forward = wasm().forward;

  constructor(
    /** Numbers of a part. */
    readonly area: number,
    readonly width: number,
    readonly rows: number,
  ) {
    const { at } = (this.#memory = new Allocation({ call: Word.Words, x: area, y: area, gamma: width, beta: width, mean: rows, rstd: rows }));
    this.#call = at.call!;
    this.x = new Slot(at.x!);
    this.y = new Slot(at.y!);
    this.gamma = new Slot(at.gamma!);
    this.beta = new Slot(at.beta!);
    this.mean = new Slot(at.mean!);
    this.rstd = new Slot(at.rstd!);
  }

  /** Which norm, and which of the arrays there are. */
  prepare(width: number, flags: number, epsilon: number, gamma: Optional, beta: Optional, mean: Optional, rstd: Optional): void {
    if (this.#words.length === 0) {
      const { buffer } = wasm().memory;
      this.#words = new Uint32Array(buffer, this.#call, Word.Words);
      this.#epsilon = new Float32Array(buffer, this.#call + 4 * Word.Epsilon, 1);
    }
    const words = this.#words;
    words[Word.X] = this.x.at;
    words[Word.Y] = this.y.at;
    words[Word.Gamma] = gamma ? this.gamma.at : 0;
    words[Word.Beta] = beta ? this.beta.at : 0;
    words[Word.Mean] = mean ? this.mean.at : 0;
    words[Word.Rstd] = rstd ? this.rstd.at : 0;
    words[Word.Width] = width;
    words[Word.Flags] = flags;
    this.#epsilon[0] = epsilon;
  }

  /** `y = norm(x)` of the first `rows` rows; false, before anything is written, where γ or β is not finite. */
  run(rows: number): boolean {
    const forward = this.#forward;
    return forward(this.#call, rows) !== 0;
  }

  /** Gives one back that is too large to keep. */
  done(): void {
    if (this !== kept) this.#memory.free();
  }
}

let kept: Scratch | undefined;

/** The scratch that is kept, if `rows` rows of `width` fit. */
export function fitting(width: number, rows: number): Scratch | undefined {
  return kept && rows * width <= kept.area && width <= kept.width && rows <= kept.rows ? kept : undefined;
}

/** One in which they fit: the next that is kept, or one for this call alone. Memory may grow, which empties views of it. */
export function larger(width: number, rows: number): Scratch {
  const area = rows * width;
  if (area > PART) return new Scratch(area, width, rows);
  // By powers of two, so that calls that need ever more do not allocate each time.
  const room = (least: number, before = 0) => Math.max(2 ** Math.ceil(Math.log2(least || 1)), before);
  const before = kept;
  kept = undefined;
  before?.done();
  return (kept = new Scratch(room(area, before?.area), room(width, before?.width), room(rows, before?.rows)));
}
