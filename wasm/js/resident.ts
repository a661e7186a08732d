/// <reference lib="esnext.disposable" preserve="true" />
// Data that lives in the module's memory: no copy, no allocation per call.

import * as check from "./check.js";
import { anchor, Buffers, view } from "./memory.js";
import { wasm } from "./module.js";

/** Options of {@link RmsNorm}. */
export interface ResidentRmsNormOptions {
  /** Number of features in a row; at least 1. */
  width: number;
  /** Most rows of a call; 1 without it. */
  rows?: number;
  /** Gain, `width` finite numbers; 1 without it. It is copied; {@link RmsNorm.gamma} is the live one. */
  gamma?: Float32Array;
  /** Added to the mean square; finite, at least 0. 1e-5 without it. */
  epsilon?: number;
  /** With it `forward()` computes `residual += x; y = norm(residual)`. */
  residual?: boolean;
}

/** Options of {@link LayerNorm}. */
export interface ResidentLayerNormOptions extends ResidentRmsNormOptions {
  /** Bias, `width` finite numbers; 0 without it. It is copied; {@link LayerNorm.beta} is the live one. */
  beta?: Float32Array;
}

// Symbol.dispose is younger than some engines; what compiles `using` for those looks for this one.
const dispose: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/** Part of the memory; its view is made anew when memory has grown. */
class Part {
  #view: Float32Array | undefined;

  constructor(
    readonly at: number,
    readonly length: number,
  ) {}

  get view(): Float32Array {
    if (this.#view?.buffer !== wasm().memory.buffer) this.#view = view(this.at, this.length);
    return this.#view as Float32Array;
  }
}

type Seven = [Part, Part, Part, Part, Part, Part, Part];

/** Addresses as the module wants them; 0 is absent. */
type Addresses = Record<"x" | "y" | "residual" | "gamma" | "beta" | "mean" | "rstd", number>;

abstract class Resident {
  /** Features in a row. */
  readonly width: number;
  /** Most rows of a call. */
  readonly rows: number;
  /** What is added to the variance or mean square. */
  readonly epsilon: number;
  /** @internal */ protected readonly parts: Record<"x" | "y" | "mean" | "rstd", Part>;
  /** @internal */ protected readonly options: { residual?: Part; gamma?: Part; beta?: Part } = {};
  /** @internal */ protected readonly at: Addresses;
  readonly #buffers: Buffers;
  readonly #kind: string;
  #disposed = false;

  /**
   * @param kind Name of the class for messages; `constructor.name` is another after minifying.
   * @param means Whether there are any.
   */
  constructor(kind: string, options: ResidentLayerNormOptions, means: boolean) {
    this.#kind = kind;
    this.width = check.whole("width", options?.width, 1);
    this.rows = check.whole("rows", options.rows ?? 1, 1);
    this.epsilon = check.epsilon(options.epsilon ?? 1e-5);
    const { width, rows } = this;
    const gamma = anchor(check.optional(options.gamma, (values) => check.parameter("gamma", values, width)));
    const beta = anchor(check.optional(options.beta, (values) => check.parameter("beta", values, width)));
    const all = rows * width;
    const lengths = [all, all, rows, options.residual ? all : 0, gamma() ? width : 0, beta() ? width : 0, means ? rows : 0];
    this.#buffers = new Buffers(lengths);
    const [x, y, rstd, residual, g, b, mean] = lengths.map((length) => new Part(this.#buffers.take(length), length)) as Seven;
    this.parts = { x, y, rstd, mean };
    if (options.residual) this.options.residual = residual;
    if (gamma()) (this.options.gamma = g).view.set(gamma()!);
    if (beta()) (this.options.beta = b).view.set(beta()!);
    const at = (part: Part | undefined) => part?.at ?? 0;
    const { parts: p, options: o } = this;
    this.at = {
      x: p.x.at, y: p.y.at, residual: at(o.residual), gamma: at(o.gamma), beta: at(o.beta), mean: p.mean.at, rstd: p.rstd.at,
    };
  }

  /** Input, rows × width. Each read gives a view that is good until memory grows. */
  get x(): Float32Array {
    return this.live(this.parts.x);
  }
  /** Output, rows × width. */
  get y(): Float32Array {
    return this.live(this.parts.y);
  }
  /** 1/sqrt(var + ε) of each row. */
  get rstd(): Float32Array {
    return this.live(this.parts.rstd);
  }
  /** Gain; `undefined` when built without. */
  get gamma(): Float32Array | undefined {
    return this.options.gamma && this.live(this.options.gamma);
  }
  /** The residual stream, rows × width; `undefined` when built without. */
  get residual(): Float32Array | undefined {
    return this.options.residual && this.live(this.options.residual);
  }

  /** Gives the memory back. Views and calls are errors from then on. */
  dispose(): void {
    this.#disposed = true;
    this.#buffers.free();
  }
  [dispose](): void {
    this.dispose();
  }

  /** @internal */
  protected live(part: Part): Float32Array {
    this.alive();
    return part.view;
  }

  /** @internal */
  protected alive(): void {
    if (this.#disposed) throw new TypeError(`${this.#kind}: expected one in use, actual disposed`);
  }

  /** @internal */
  protected count(rows: number): number {
    this.alive();
    return rows === this.rows ? rows : check.whole("rows", rows, 0, this.rows);
  }

  /** @internal Only γ and β can be bad, since nothing else changes after construction. */
  protected done(ok: number): void {
    if (ok) return;
    if (this.options.gamma) check.parameter("gamma", this.options.gamma.view, this.width);
    if (this.options.beta) check.parameter("beta", this.options.beta.view, this.width);
    throw new Error("layernorm: expected arguments in order, actual wrong ones");
  }
}

/**
 * Layer normalisation with its data in WebAssembly memory.
 *
 * ```ts
 * using norm = new LayerNorm({ width: 768, rows: 512, gamma, beta });
 * norm.x.set(data);
 * norm.forward();
 * norm.y; // rows × width
 * ```
 */
export class LayerNorm extends Resident {
  // Of its own: a look-up among the module's exports takes longer than the call.
  readonly #kernel = wasm().layer_norm;

  constructor(options: ResidentLayerNormOptions) {
    super("LayerNorm", options, true);
  }

  /** Mean of each row. */
  get mean(): Float32Array {
    return this.live(this.parts.mean);
  }
  /** Bias; `undefined` when built without. */
  get beta(): Float32Array | undefined {
    return this.options.beta && this.live(this.options.beta);
  }

  /**
   * `y = LN(x)` for the first `rows` rows; with a residual, `residual += x; y = LN(residual)`.
   *
   * Never allocates. Throws RangeError where γ or β was made infinite or NaN; `y` is untouched then.
   */
  forward(rows: number = this.rows): void {
    const count = this.count(rows);
    const { x, y, residual, gamma, beta, mean, rstd } = this.at;
    const kernel = this.#kernel;
    this.done(kernel(x, y, residual, gamma, beta, mean, rstd, count, this.width, this.epsilon));
  }
}

/** RMSNorm with its data in WebAssembly memory; otherwise as {@link LayerNorm}. */
export class RmsNorm extends Resident {
  readonly #kernel = wasm().rms_norm;

  constructor(options: ResidentRmsNormOptions) {
    super("RmsNorm", options, false);
  }

  /** `y = RMS(x)` for the first `rows` rows; with a residual, `residual += x; y = RMS(residual)`. */
  forward(rows: number = this.rows): void {
    const count = this.count(rows);
    const { x, y, residual, gamma, rstd } = this.at;
    const kernel = this.#kernel;
    this.done(kernel(x, y, residual, gamma, rstd, count, this.width, this.epsilon));
  }
}
