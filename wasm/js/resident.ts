// Data that lives in the module's memory: no copy, no allocation per call.

import * as check from "./check.js";
import { anchor, Buffers, type Name, Part, STATS } from "./memory.js";
import { full, wasm } from "./module.js";
import { options as checked } from "./names.js";
import type { Floats, NormOptions } from "./options.js";
import { Owner } from "./owner.js";

/** Options of {@link LayerNorm} and {@link RmsNorm}. */
export interface ResidentOptions extends NormOptions {
  /** Most rows of a call; 1 without it. */
  rows?: number | undefined;
  /** Gain, `width` finite numbers; 1 without it. It is copied; {@link LayerNorm.gamma} is the live one. */
  gamma?: Float32Array | undefined;
  /** Bias, `width` finite numbers; 0 without it. It is copied; {@link LayerNorm.beta} is the live one. */
  beta?: Float32Array | undefined;
  /** With it `forward()` computes `residual += x; y = norm(residual)`. */
  residual?: boolean | undefined;
}

/** Options of instances with gradients, those of `layernorm/full`. */
export interface TrainingOptions extends ResidentOptions {
  /** With it `forward()` keeps what `backward()` needs. */
  backward?: boolean | undefined;
}

const RESIDENT = "width rows gamma beta epsilon unitOffset residual backward";

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

  constructor(name: string, options: TrainingOptions, centred: boolean) {
    super(name);
    checked(name, options, RESIDENT);
    const width = (this.width = check.whole("width", options.width, 1, check.WIDTH));
    const rows = (this.rows = check.whole("rows", options.rows ?? 1, 1, "most rows of a call"));
    const norm = check.norm(options, width, centred);
    this.epsilon = norm.epsilon;
    const [residual, backward] = [check.flag("residual", options.residual), check.flag("backward", options.backward)];
    if (backward) full("backward");
    const [gamma, beta] = [anchor(norm.gamma), anchor(norm.beta)];
    const all = rows * width;
    const lengths = {
      x: all,
      y: all,
      rstd: rows,
      ...(residual && { residual: all }),
      ...(norm.gamma && { gamma: width }),
      ...(norm.beta && { beta: width }),
      ...(centred && { mean: rows }),
      ...(backward && {
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
    this.live("gamma")?.set(gamma()!);
    this.live("beta")?.set(beta()!);
  }

  /**
   * Input, rows × width. Each read gives a view that is good until the next instance is made: then it may be empty, and the
   * next read gives another. It is a view of all the module's memory: `structuredClone` and `postMessage` copy that, so give them
   * `x.slice()`.
   */
  get x(): Floats {
    return this.live("x")!;
  }
  /** Output, rows × width. */
  get y(): Floats {
    return this.live("y")!;
  }
  /** 1/sqrt(var + ε) of each row. */
  get rstd(): Floats {
    return this.live("rstd")!;
  }
  /** Gain; `undefined` when built without. */
  get gamma(): Floats | undefined {
    return this.live("gamma");
  }
  /** Bias; `undefined` when built without. */
  get beta(): Floats | undefined {
    return this.live("beta");
  }
  /** The residual stream, rows × width; `undefined` when built without. */
  get residual(): Floats | undefined {
    return this.live("residual");
  }
  /** Gradient with respect to `y`, rows × width: what `backward()` starts from. An error when built without `backward`. */
  get dy(): Floats {
    return this.#trained("dy");
  }
  /** Gradient with respect to `x` (and to the residual), rows × width. An error when built without `backward`. */
  get dx(): Floats {
    return this.#trained("dx");
  }
  /** Gradient with respect to γ: `backward()` adds to it. `undefined` when built without γ or `backward`. */
  get dgamma(): Floats | undefined {
    return this.live("dgamma");
  }
  /** Gradient with respect to β: `backward()` adds to it. `undefined` when built without β or `backward`. */
  get dbeta(): Floats | undefined {
    return this.live("dbeta");
  }

  /**
   * `y = norm(x)` for the first `rows` rows; with a residual, `residual += x; y = norm(residual)`.
   *
   * Never allocates. Throws RangeError where γ or β was made infinite or NaN; `y` is untouched then.
   */
  forward(rows: number = this.rows): void {
    this.alive();
    if (rows !== this.rows) check.whole("rows", rows, 0, `at most as many as it was built for, { rows: ${this.rows} }`, this.rows);
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
      check.wrongValue("rows", `at most ${this.#seen}, those of the last forward()`, rows || "all", "forward() comes first");
    }
    this.#done(full("backward").backward(this.#call, check.whole("rows", rows, 0, "those of forward()")));
  }

  /** @internal */
  protected live(name: Name): Floats | undefined {
    const part = this.#parts[name];
    if (part) this.alive();
    return part?.view(this);
  }

  #trained(name: Name): Floats {
    const values = this.live(name);
    if (!values) check.wrongType("backward", `${this.of} built with it`, "one without", "build it with { backward: true }, from layernorm/full");
    return values;
  }

  /** Only γ and β can be bad, since nothing else changes after construction. */
  #done(ok: number): void {
    if (ok) return;
    for (const name of ["gamma", "beta"] as const) {
      check.optional(this.live(name), (values) => check.parameter(name, values, this.width));
    }
    throw new Error("layernorm: expected arguments in order, actual wrong ones: please report it");
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
  // Minifying takes the name of a class from its error messages and from those who look at it.
  static readonly name = "LayerNorm";

  constructor(options: ResidentOptions) {
    super("LayerNorm", options, true);
  }

  /** Mean of each row. */
  get mean(): Floats {
    return this.live("mean")!;
  }
}

/** RMSNorm with its data in WebAssembly memory; otherwise as {@link LayerNorm}. */
export class RmsNorm extends Resident {
  static readonly name = "RmsNorm";

  constructor(options: ResidentOptions) {
    super("RmsNorm", options, false);
  }
}
