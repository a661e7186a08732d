// Recurrent cells with layer normalisation. Their data lives in the module's memory: no copy, no allocation per step.

import * as check from "./check.js";
import { Allocation, anchor, Part } from "./memory.js";
import { sequence } from "./module.js";
import { options as checked } from "./names.js";
import type { Floats } from "./options.js";
import { Owner } from "./owner.js";

/** Options of {@link LnRnn}, {@link LnLstm}, {@link LnStateNormLstm} and {@link LnGru}. */
export interface CellOptions {
  /** Coefficients of a frame, I; at least 1. */
  inputs: number;
  /** Outputs, H; at least 1. */
  units: number;
  /**
   * `weightsLength(inputs, units)` finite numbers, of which a copy is kept, one part behind the other. With G gates (1 of
   * the RNN, 4 of an LSTM, 3 of the GRU) and P gains for each unit (1, 9, 6): the kernel, I rows of G · H; the recurrent
   * kernel, H rows of G · H; γ, P · H; β, P · H. Gates are in the order in which the equations have them, gains are those
   * of the gates from x, of the gates from h, of c.
   */
  weights: Float32Array;
  /** What the norms add to the variance; finite, at least 0. 1e-5 without it. */
  epsilon?: number | undefined;
}

const CELL_OPTIONS = "inputs units weights epsilon";

/** Of a kind of cell its number in the module, and vectors of H. */
interface Kind {
  readonly number: number;
  readonly gates: number;
  readonly states: number;
  readonly gains: number;
}
const RNN: Kind = { number: 1, gates: 1, states: 1, gains: 1 };
const LSTM: Kind = { number: 2, gates: 4, states: 2, gains: 9 };
const GRU: Kind = { number: 3, gates: 3, states: 1, gains: 6 };
const STATE_NORM_LSTM: Kind = { number: 4, gates: 4, states: 2, gains: 9 };

/** Words of a cell in the module, at most. */
const CELL = 16;

function weightsLength({ gates, gains }: Kind, inputs: number, units: number): number {
  check.whole("inputs", inputs, 1, "coefficients of a frame");
  return ((inputs + check.whole("units", units, 1, "outputs of the cell")) * gates + 2 * gains) * units;
}

abstract class Cell extends Owner {
  /** Coefficients of a frame. */
  readonly inputs: number;
  /** Outputs. */
  readonly units: number;
  /** What the norms add to the variance. */
  readonly epsilon: number;
  readonly #cell: number;
  readonly #x: Part;
  readonly #state: Part;
  readonly #h: Part;
  readonly #scratch: Part;
  // Of its own: a look-up among the module's exports takes time.
  readonly #step: ReturnType<typeof sequence>["step"];

  constructor(name: string, kind: Kind, options: CellOptions) {
    super(name);
    checked(name, options, CELL_OPTIONS);
    const length = weightsLength(kind, options.inputs, options.units);
    const { inputs, units } = options;
    this.inputs = inputs;
    this.units = units;
    this.epsilon = check.epsilon(options.epsilon ?? 1e-5);
    const weights = anchor(check.parameter("weights", options.weights, length, `${name}.weightsLength(inputs, units) of them`));
    const { cell, step } = sequence(name);
    this.#step = step;
    const { states, gains } = kind;
    const lengths = { x: inputs, state: states * units, scratch: (states + 2 * gains) * units, weights: length };
    const { at } = this.hold(new Allocation({ cell: CELL, ...lengths }));
    const part = (name: keyof typeof lengths, length = lengths[name]) => new Part(at[name]!, length, Float32Array);
    this.#cell = at.cell!;
    this.#x = part("x");
    this.#state = part("state");
    this.#h = part("state", units);
    this.#scratch = part("scratch");
    part("weights").view(this).set(weights());
    done(cell(this.#cell, kind.number, inputs, units, at.weights!, length, this.epsilon));
  }

  /** The frame, `inputs` numbers. Each read gives a view that is good until the next instance is made. */
  get x(): Floats {
    return this.#live(this.#x);
  }
  /** The state: h, then c or LN(c) of an LSTM, `units` numbers each. Zeros at first. */
  get state(): Floats {
    return this.#live(this.#state);
  }
  /** The output, `units` numbers: the beginning of `state`. */
  get h(): Floats {
    return this.#live(this.#h);
  }

  /**
   * From `x` and the state to the next state.
   *
   * Never allocates. A frame with a NaN or an infinity makes the state NaN, until `reset()`.
   */
  step(): void {
    this.alive();
    const [step, x, state, scratch] = [this.#step, this.#x, this.#state, this.#scratch];
    done(step(this.#cell, x.at, x.length, state.at, state.length, scratch.at, scratch.length));
  }

  /** Makes the state zeros: the next sequence. */
  reset(): void {
    this.state.fill(0);
  }

  #live(part: Part): Floats {
    this.alive();
    return part.view(this);
  }
}

/** What is passed has been checked, and lengths are the module's. */
function done(ok: number): void {
  if (!ok) throw new Error("layernorm: expected arguments in order, actual wrong ones: please report it");
}

/** Recurrent net with layer normalisation (Ba et al. 2016): `h' = tanh(LN(x·W + h·U))`. Otherwise as {@link LnGru}. */
export class LnRnn extends Cell {
  static readonly name = "LnRnn";

  /** Length of the weights. */
  static weightsLength(inputs: number, units: number): number {
    return weightsLength(RNN, inputs, units);
  }

  constructor(options: CellOptions) {
    super("LnRnn", RNN, options);
  }
}

/**
 * Long short-term memory with layer normalisation (Ba et al. 2016). Otherwise as {@link LnGru}.
 *
 * ```text
 * (f, i, o, g) = LN(x·W) + LN(h·U)
 * c' = σ(f) c + σ(i) tanh(g) ;  h' = σ(o) tanh(LN(c'))
 * ```
 */
export class LnLstm extends Cell {
  static readonly name = "LnLstm";

  /** Length of the weights. */
  static weightsLength(inputs: number, units: number): number {
    return weightsLength(LSTM, inputs, units);
  }

  constructor(options: CellOptions) {
    super("LnLstm", LSTM, options);
  }
}

/**
 * The LSTM whose next step gets LN(c): `LayerNormLSTMCell` of TensorFlow Addons and of PyTorch's `custom_lstms`. Its weights have
 * the places of {@link LnLstm}'s, which is another cell. Otherwise as {@link LnGru}.
 *
 * ```text
 * (f, i, o, g) = LN(x·W) + LN(h·U)
 * c' = LN(σ(f) c + σ(i) tanh(g)) ;  h' = σ(o) tanh(c')
 * ```
 */
export class LnStateNormLstm extends Cell {
  static readonly name = "LnStateNormLstm";

  /** Length of the weights. */
  static weightsLength(inputs: number, units: number): number {
    return weightsLength(STATE_NORM_LSTM, inputs, units);
  }

  constructor(options: CellOptions) {
    super("LnStateNormLstm", STATE_NORM_LSTM, options);
  }
}

/**
 * Gated recurrent unit with layer normalisation (Ba et al. 2016), with its data in WebAssembly memory.
 *
 * ```text
 * (z, r) = LN(x·W₁) + LN(h·U₁)
 * n = tanh(LN(x·W₂) + σ(r) LN(h·U₂)) ;  h' = (1 − σ(z)) h + σ(z) n
 * ```
 *
 * ```ts
 * using gru = new LnGru({ inputs: 12, units: 32, weights });
 * for (const frame of frames) {
 *   gru.x.set(frame);
 *   gru.step();
 * }
 * gru.h; // the output of the last frame
 * ```
 */
export class LnGru extends Cell {
  static readonly name = "LnGru";

  /** Length of the weights. */
  static weightsLength(inputs: number, units: number): number {
    return weightsLength(GRU, inputs, units);
  }

  constructor(options: CellOptions) {
    super("LnGru", GRU, options);
  }
}
