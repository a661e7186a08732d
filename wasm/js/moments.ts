// A row that arrives in pieces: its statistics first, then the pieces once more to be normalised.

import * as check from "./check.js";
import { settled } from "./copied.js";
import { anchor, Buffers, type Name, STATS, view } from "./memory.js";
import { full } from "./module.js";
import { options as checked } from "./names.js";
import type { Anew, Floats, Into, NormOptions } from "./options.js";
import { PART } from "./parts.js";

const MOMENTS = "centred";
const CHUNK = "width stats offset gamma beta unitOffset out";

/** Elements that the module counts. */
const MOST = 0xffff_ffff;

/** Numbers in a `Moments` of the module, at most. */
const STATE = 320;

/** Statistics of a row, exact enough for any: more than the two numbers that can be seen. {@link Moments.finish} gives them. */
export class Stats {
  /** @internal */
  constructor(
    /** @internal */ readonly values: Float32Array,
    /** Mean of the row; 0 where the moments are not centred. */
    readonly mean: number,
    /** 1/sqrt(var + ε), or 1/sqrt(mean square + ε). */
    readonly rstd: number,
  ) {}
}

/**
 * The statistics of a row that arrives in pieces. Any pieces give the bits of the whole row.
 *
 * ```ts
 * const moments = new Moments();
 * let stats;
 * do {
 *   for (const chunk of chunks) moments.push(chunk);
 *   stats = moments.finish();
 * } while (!stats); // one pass, two where the mean is beyond 0.57 of the standard deviation, the worst row six
 * layerNormChunk(chunks[0], { stats, offset: 0, width });
 * ```
 *
 * A value takes 1.3 kB outside the module's memory; there is nothing to dispose.
 */
export class Moments {
  static readonly name = "Moments";

  readonly #state = new Float32Array(STATE);
  readonly #centred: boolean;
  /** Elements of this pass, and of the row once the first pass is over. */
  #pushed = 0;
  #row: number | undefined;

  /** @param options `centred: false` for {@link rmsNormChunk}. */
  constructor(options: { centred?: boolean | undefined } = {}) {
    checked("Moments", options, MOMENTS);
    const centred = (this.#centred = options.centred == null || check.flag("centred", options.centred));
    const { moments } = full("Moments");
    this.#use({}, (at) => moments(at.moments!, +centred));
  }

  /** The next elements of the row, any number of them. Throws RangeError where a later pass gets more than the first, or the row 2³². */
  push(chunk: Float32Array): void {
    this.#room("chunk", check.floats("chunk", chunk).length);
    const values = anchor(chunk);
    for (let first = 0; first < chunk.length; first += PART) {
      const length = Math.min(PART, chunk.length - first);
      this.#use({ x: length }, ({ moments, x }) => {
        view(x!, length).set(values().subarray(first, first + length));
        full("Moments").push(moments!, x!, length);
      });
      this.#pushed += length;
    }
  }

  /**
   * Adds the elements of `other` behind those of this one: as good as the row in one piece, but not always the same bits.
   *
   * Throws RangeError where the two are not of the same norm or not in the same pass over the same row, or together have 2³²
   * elements.
   */
  merge(other: Moments): void {
    if (!(other instanceof Moments)) check.wrongType("other", "Moments", check.describe(other), "new Moments() makes some");
    this.#room("other", other.#pushed);
    this.#use({ other: STATE }, (at) => {
      view(at.other!, STATE).set(other.#state);
      if (!full("Moments").merge(at.moments!, at.other!)) {
        check.wrongValue("other", "moments of the same norm in the same pass over the same row", "others", "finish() both, or clone() one");
      }
    });
    this.#pushed += other.#pushed;
  }

  /**
   * The statistics of the row, after which the next row may begin; or `undefined`: push all of the row once more, then finish
   * again.
   *
   * Throws RangeError for a bad `epsilon`, where nothing was pushed, or less than in the first pass.
   */
  finish(epsilon = 1e-5): Stats | undefined {
    check.epsilon(epsilon);
    const [actual, least] = [this.#pushed, this.#row ?? 1];
    if (actual < least) {
      check.wrongValue("chunk", `at least ${least} element${least > 1 ? "s" : ""} in this pass`, actual, "push() all of the row");
    }
    const lengths = { stats: STATS, mean: 1, rstd: 1 };
    const stats = this.#use(lengths, (at, call) => {
      const [values, mean, rstd] = [at.stats!, at.mean!, at.rstd!];
      if (!full("Moments").finish(at.moments!, call)) return undefined;
      return new Stats(view(values, STATS).slice(), view(mean, 1)[0]!, view(rstd, 1)[0]!);
    }, epsilon);
    this.#row = stats ? undefined : actual;
    this.#pushed = 0;
    return stats;
  }

  /** The same moments, for a part of the row: after `undefined` each part goes on with a clone. */
  clone(): Moments {
    const clone = new Moments({ centred: this.#centred });
    clone.#state.set(this.#state);
    clone.#pushed = this.#pushed;
    clone.#row = this.#row;
    return clone;
  }

  #room(name: string, actual: number): void {
    const left = (this.#row ?? MOST) - this.#pushed;
    if (actual > left) check.wrongValue(name, `at most ${left} elements, what is left of the row`, actual, "finish() comes first");
  }

  /** Brings the state into the module's memory, with other buffers beside it, and back. */
  #use<T>(lengths: Partial<Record<Name, number>>, use: (at: Buffers["at"], call: number) => T, epsilon = 0): T {
    const buffers = new Buffers({ centred: this.#centred, width: 1, epsilon }, { moments: STATE, ...lengths });
    try {
      const state = view(buffers.at.moments!, STATE);
      state.set(this.#state);
      const result = use(buffers.at, buffers.call);
      this.#state.set(state);
      return result;
    } finally {
      buffers.free();
    }
  }
}

/** Options of {@link layerNormChunk} and {@link rmsNormChunk}. */
export interface ChunkOptions extends Omit<NormOptions, "epsilon"> {
  /** Of the row, from {@link Moments.finish}. */
  stats: Stats;
  /** Where in the row the chunk begins. */
  offset: number;
  /** Where the result goes, as long as the chunk; may be or overlap the chunk. A new array without it. */
  out?: Float32Array | undefined;
}

/**
 * Layer normalisation of a piece of a row: those bits that {@link layerNorm} gives for it in the whole row.
 *
 * @param chunk elements of the row from `offset` on; not changed
 * @returns as many: `out`, or a new array
 * @throws as {@link layerNorm}
 */
export function layerNormChunk<T extends Float32Array>(chunk: Float32Array, options: Into<ChunkOptions, T>): T;
export function layerNormChunk(chunk: Float32Array, options: Anew<ChunkOptions>): Floats;
export function layerNormChunk(chunk: Float32Array, options: ChunkOptions): Float32Array;
export function layerNormChunk(chunk: Float32Array, options: ChunkOptions): Float32Array {
  checked("layerNormChunk", options, CHUNK);
  return apply(chunk, options, true);
}

/** RMSNorm of a piece of a row. Otherwise as {@link layerNormChunk}. */
export function rmsNormChunk<T extends Float32Array>(chunk: Float32Array, options: Into<ChunkOptions, T>): T;
export function rmsNormChunk(chunk: Float32Array, options: Anew<ChunkOptions>): Floats;
export function rmsNormChunk(chunk: Float32Array, options: ChunkOptions): Float32Array;
export function rmsNormChunk(chunk: Float32Array, options: ChunkOptions): Float32Array {
  checked("rmsNormChunk", options, CHUNK);
  return apply(chunk, options, false);
}

function apply(chunk: Float32Array, options: ChunkOptions, centred: boolean): Float32Array {
  const { length } = check.floats("chunk", chunk);
  const width = check.whole("width", options.width, 1, check.WIDTH);
  const { stats, offset } = options;
  if (!(stats instanceof Stats)) check.wrongType("stats", "what finish() gave", check.describe(stats), "moments.finish(), until it is not undefined");
  if (check.whole("offset", offset, 0, "where in the row the chunk begins") + length > width) {
    check.wrongValue("chunk", `to end within width ${width}`, `offset ${offset} and length ${length}`, "width is that of the whole row");
  }
  const norm = check.norm(options, width, centred);
  const given = check.floats("out", options.out ?? new Float32Array(length), length);
  // Of several parts, one that is written must not be read afterwards.
  const source = chunk.byteOffset === given.byteOffset ? chunk : settled(chunk, given);
  const out = anchor(given);
  const [x, gamma, beta] = [anchor(source), anchor(settled(norm.gamma, given)), anchor(settled(norm.beta, given))];
  for (let first = 0; first < length; first += PART) {
    const count = Math.min(PART, length - first);
    const lengths = { x: count, y: count, stats: STATS, gamma: norm.gamma ? count : 0, beta: norm.beta ? count : 0 };
    const buffers = new Buffers({ ...norm, width: count }, lengths);
    try {
      const { at, call } = buffers;
      const put = (to: number | undefined, values: Float32Array | undefined, start: number) =>
        values && view(to!, count).set(values.subarray(start, start + count));
      put(at.x, x(), first);
      put(at.gamma, gamma(), offset + first);
      put(at.beta, beta(), offset + first);
      view(at.stats!, STATS).set(stats.values);
      full("stats").apply(call);
      out().set(view(at.y!, count), first);
    } finally {
      buffers.free();
    }
  }
  return out();
}
