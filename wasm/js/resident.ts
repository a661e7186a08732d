// Data that lives in the module's memory: no copy, no allocation per call.

import * as check from "./check.js";
import type { NormOptions } from "./easy.js";
import { anchor, Buffers, type Name, Part, STATS } from "./memory.js";
import { full, wasm } from "./module.js";
import { Owner } from "./owner.js";

/** Options of {@link LayerNorm} and {@link RmsNorm}. */
export interface ResidentOptions extends NormOptions {
  /** Most rows of a call; 1 without it. */
  rows?: number;
  /** Gain, `width` finite numbers; 1 without it. It is copied; {@link LayerNorm.gamma} is the live one. */
  gamma?: Float32Array;
  /** Bias, `width` finite numbers; 0 without it. It is copied; {@link LayerNorm.beta} is the live one. */
  beta?: Float32Array;
  /** With it `forward()` computes `residual += x; y = norm(residual)`. */
  residual?: boolean;
  /** With it `forward()` keeps what `backward()` needs: for `layernorm/full`, an error in `layernorm`. */
  backward?: boolean;
}

abstract class Resident extends Owner {
  /** Features in a row. */
  readonly width: number;
  /** Most rows of a call. */
  readonly rows: number;
  /** What is added to the variance or mean square. */
  readonly epsilon: number;
  readonly #parts: Partial<Record<Name, Part>> = {};
  // Of its own: a look-up among the module's exports takes longer than the call.
  readonly #forward = wasm().forward;
  readonly #call: number;
  /** Rows of the last `forward()`. */
  #seen = 0;

  constructor(name: string, options: ResidentOptions, centred: boolean) {
    super(name);
    const width = (this.width = check.whole("width", options?.width, 1));
    const rows = (this.rows = check.whole("rows", options.rows ?? 1, 1));
    const norm = check.norm(options, width, centred);
    this.epsilon = norm.epsilon;
    if (options.backward) full("backward");
    const [gamma, beta] = [anchor(norm.gamma), anchor(norm.beta)];
    const all = rows * width;
    const lengths = {
      x: all,
      y: all,
      rstd: rows,
      ...(options.residual && { residual: all }),
      ...(norm.gamma && { gamma: width }),
      ...(norm.beta && { beta: width }),
      ...(centred && { mean: rows }),
      ...(options.backward && {
        stats: STATS * rows,
        dy: all,
        dx: all,
        ...(norm.gamma && { dgamma: width }),
        ...(norm.beta && { dbeta: width }),
      }),
    };
    const { at, call } = this.hold(new Buffers(norm, lengths));
    this.#call = call;
    for (const [name, length] of Object.entries(lengths) as [Name, number][]) {
      this.#parts[name] = new Part(at[name]!, length, Float32Array);
    }
    this.#parts.gamma?.view.set(gamma()!);
    this.#parts.beta?.view.set(beta()!);
  }

  /** Input, rows × width. Each read gives a view that is good until memory grows. */
  get x(): Float32Array {
    return this.live("x")!;
  }
  /** Output, rows × width. */
  get y(): Float32Array {
    return this.live("y")!;
  }
  /** 1/sqrt(var + ε) of each row. */
  get rstd(): Float32Array {
    return this.live("rstd")!;
  }
  /** Gain; `undefined` when built without. */
  get gamma(): Float32Array | undefined {
    return this.live("gamma");
  }
  /** Bias; `undefined` when built without. */
  get beta(): Float32Array | undefined {
    return this.live("beta");
  }
  /** The residual stream, rows × width; `undefined` when built without. */
  get residual(): Float32Array | undefined {
    return this.live("residual");
  }
  /** Gradient with respect to `y`, rows × width: what `backward()` starts from. An error when built without `backward`. */
  get dy(): Float32Array {
    return this.#trained("dy");
  }
  /** Gradient with respect to `x` (and to the residual), rows × width. An error when built without `backward`. */
  get dx(): Float32Array {
    return this.#trained("dx");
  }
  /** Gradient with respect to γ: `backward()` adds to it. `undefined` when built without γ or `backward`. */
  get dgamma(): Float32Array | undefined {
    return this.live("dgamma");
  }
  /** Gradient with respect to β: `backward()` adds to it. `undefined` when built without β or `backward`. */
  get dbeta(): Float32Array | undefined {
    return this.live("dbeta");
  }

  /**
   * `y = norm(x)` for the first `rows` rows; with a residual, `residual += x; y = norm(residual)`.
   *
   * Never allocates. Throws RangeError where γ or β was made infinite or NaN; `y` is untouched then.
   */
  forward(rows: number = this.rows): void {
    this.alive();
    if (rows !== this.rows) check.whole("rows", rows, 0, this.rows);
    const forward = this.#forward;
    this.#done(forward(this.#call, rows));
    this.#seen = rows;
  }

  /**
   * `dx` from `dy` and from `x` (or the residual) as the last `forward()` saw it, for its first `rows` rows, all without
   * it; `dgamma` and `dbeta` are added to.
   *
   * Never allocates. Throws TypeError when built without `backward`, RangeError for more rows than `forward()` has seen.
   */
  backward(rows: number = this.#seen): void {
    this.#trained("dx");
    if (rows > this.#seen || this.#seen === 0) {
      throw new RangeError(`rows: expected at most ${this.#seen}, those of the last forward(), actual ${rows || "all"}`);
    }
    this.#done(full("backward").backward(this.#call, check.whole("rows", rows, 0)));
  }

  /** @internal */
  protected live(name: Name): Float32Array | undefined {
    const part = this.#parts[name];
    if (part) this.alive();
    return part?.view;
  }

  #trained(name: Name): Float32Array {
    const values = this.live(name);
    if (!values) throw new TypeError(`backward: expected ${this.of} built with it, actual one without`);
    return values;
  }

  /** Only γ and β can be bad, since nothing else changes after construction. */
  #done(ok: number): void {
    if (ok) return;
    for (const name of ["gamma", "beta"] as const) {
      check.optional(this.live(name), (values) => check.parameter(name, values, this.width));
    }
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
  constructor(options: ResidentOptions) {
    super("LayerNorm", options, true);
  }

  /** Mean of each row. */
  get mean(): Float32Array {
    return this.live("mean")!;
  }
}

/** RMSNorm with its data in WebAssembly memory; otherwise as {@link LayerNorm}. */
export class RmsNorm extends Resident {
  constructor(options: ResidentOptions) {
    super("RmsNorm", options, false);
  }
}
