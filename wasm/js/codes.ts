// Norms of quantised codes: integers in, integers out, every code that of exact arithmetic.

import * as check from "./check.js";
import { Allocation, anchor, Part, view } from "./memory.js";
import { codes as quantized, wasm } from "./module.js";
import { options as checked } from "./names.js";
import { Owner } from "./owner.js";
import { rowsOfPart } from "./parts.js";

/** An array of codes: their type is the array's. */
export type Codes = Int8Array | Uint8Array | Int16Array;

/** Names of the types of codes. */
export type CodeType = "i8" | "u8" | "i16";

/** What codes stand for: `scale · (code − zeroPoint)`. */
export interface Scale {
  /** Finite and > 0. */
  scale: number;
  /** The code of 0; 0 without it. */
  zeroPoint?: number | undefined;
}

/** Scale, zero point and type of codes. */
export interface TypedScale<T extends CodeType = CodeType> extends Scale {
  type: T;
}

/** What all norms of codes are told. */
export interface QuantizedOptions {
  /** Gain, `width` finite numbers; 1 without it. */
  gamma?: Float32Array | undefined;
  /** Bias, `width` finite numbers; 0 without it. */
  beta?: Float32Array | undefined;
  /** What is added to the variance or mean square; 1e-5 without it. */
  epsilon?: number | undefined;
}

/** Options of {@link LayerNorm} and {@link RmsNorm}. */
export interface ResidentQuantizedOptions<X extends CodeType, Y extends CodeType> extends QuantizedOptions {
  /** Codes in a row, 1 … 32768. */
  width: number;
  /** Most rows of a call; 1 without it. */
  rows?: number | undefined;
  /** What the codes of `x` are. */
  input: TypedScale<X>;
  /** What the codes of `y` are to be. */
  output: TypedScale<Y>;
  /** With it `forward()` computes `y = norm(x + residual); residual = x + residual`; its codes have the input's type. */
  residual?: Scale | undefined;
}

/** Options of {@link layerNorm} and {@link rmsNorm}. */
export interface EasyQuantizedOptions<Y extends Codes = Codes> extends QuantizedOptions {
  /** Codes in a row; without it that of γ or β, or else all of `x` is one row. */
  width?: number | undefined;
  /** What the codes of `x` stand for; their type is the array's. */
  input: Scale | TypedScale;
  /** What the codes of the result are to stand for. */
  output: Scale | TypedScale;
  /** Where it goes, of any type of codes; a new array of `x`'s type without it. It may be `x`, or overlap it. */
  out?: Y | undefined;
}

/** What folding γ, β, the scales and ε to integers did, in steps of the output. */
export interface Report {
  /** The largest error of a γ: so much for each unit of x̂. */
  gammaError: number;
  /** The largest error of a β. */
  betaError: number;
  /** Features whose β alone is outside the output's range. */
  saturated: number;
  /** No feature saturates while |x̂| is at most this. */
  largestNormalised: number;
}

/** The array of codes of a type. */
export type CodesOf<T extends CodeType> = T extends "i8"
  ? ReturnType<Int8ArrayConstructor["of"]>
  : T extends "u8"
    ? ReturnType<Uint8ArrayConstructor["of"]>
    : ReturnType<Int16ArrayConstructor["of"]>;

/** The numbers of types in wasm/src/codes.rs, and what codes they have. */
const TYPES = {
  i8: { number: 0, array: Int8Array, least: -128, most: 127 },
  u8: { number: 1, array: Uint8Array, least: 0, most: 255 },
  i16: { number: 2, array: Int16Array, least: -32768, most: 32767 },
};
const ARRAYS: Record<string, CodeType> = { Int8Array: "i8", Uint8Array: "u8", Int16Array: "i16" };
/** The widest row: its sums fit in 64 bits. */
const WIDEST = 32768;

const SCALE = "type scale zeroPoint";
const EASY = "width gamma beta epsilon input output out";
const RESIDENT = "width rows gamma beta epsilon input output residual";

/** Words of `Codes` in wasm/src/codes.rs. */
const WORDS = 17;
/** Words of `Folded` there. */
const FOLDED = 40;

/** A scale as f32 has it, and the code of 0. */
interface Steps {
  scale: number;
  zeroPoint: number;
}

/** The type of codes that an array has. */
function typeOf(name: string, value: unknown): CodeType {
  check.typed(name, value, "an Int8Array or a Uint8Array or an Int16Array");
  return ARRAYS[check.describe(value)]!;
}

function steps(name: string, value: Scale & { type?: CodeType | undefined }, type: CodeType): Steps {
  checked(name, value, SCALE);
  const { scale, zeroPoint = 0 } = value;
  if (value.type != null && value.type !== type) {
    check.wrongType(`${name}.type`, JSON.stringify(type), JSON.stringify(value.type) ?? check.describe(value.type), "the type of its codes, or leave it out");
  }
  const wayOut = "{ scale: 0.02, zeroPoint: 0 } for one";
  if (typeof scale !== "number") check.wrongType(`${name}.scale`, "a number", check.describe(scale), wayOut);
  const single = Math.fround(scale);
  if (!(single > 0 && single < Infinity)) check.wrongValue(`${name}.scale`, "a finite scale > 0", scale, wayOut);
  const { least, most } = TYPES[type];
  return { scale: single, zeroPoint: check.whole(`${name}.zeroPoint`, zeroPoint, least, `the code of 0, one of ${type}`, most) };
}

function typeNamed(name: string, value: TypedScale): CodeType {
  checked(name, value, SCALE);
  const { type } = value;
  if (typeof type === "string" && Object.hasOwn(TYPES, type)) return type;
  const actual = typeof type === "string" ? JSON.stringify(type) : check.describe(type);
  return check.wrongType(`${name}.type`, '"i8", "u8" or "i16"', actual, "the type of its codes");
}

abstract class Resident<X extends CodeType, Y extends CodeType> extends Owner {
  /** Codes in a row. */
  readonly width: number;
  /** Most rows of a call. */
  readonly rows: number;
  /** What is added to the variance or mean square. */
  readonly epsilon: number;
  readonly #x: Part<Codes>;
  readonly #y: Part<Codes>;
  readonly #residual: Part<Codes> | undefined;
  readonly #forward: (codes: number, rows: number) => number;
  readonly #call: number;
  readonly #report: number;

  constructor(name: string, options: ResidentQuantizedOptions<X, Y>, centred: boolean) {
    super(name);
    checked(name, options, RESIDENT);
    const width = (this.width = check.whole("width", options.width, 1, check.WIDTH, WIDEST));
    const rows = (this.rows = check.whole("rows", options.rows ?? 1, 1, "most rows of a call"));
    const norm = check.norm(options, width, centred);
    this.epsilon = norm.epsilon;
    const [from, to] = [typeNamed("input", options.input), typeNamed("output", options.output)];
    const [input, output] = [steps("input", options.input, from), steps("output", options.output, to)];
    const stream = check.optional(options.residual, (scale) => steps("residual", scale, from));
    const { fold, forward_codes } = quantized(`quantized.${name}`);
    this.#forward = forward_codes;
    const [gamma, beta] = [anchor(norm.gamma), anchor(norm.beta)];
    const words = (type: CodeType) => (rows * width * TYPES[type].array.BYTES_PER_ELEMENT) / 4;
    const { at } = this.hold(
      new Allocation({
        call: WORDS,
        params: FOLDED,
        report: 8,
        gamma: width,
        beta: width,
        g: width,
        b: width,
        x: words(from),
        y: words(to),
        ...(stream && { residual: words(from) }),
      }),
    );
    view(at.gamma!, width).set(gamma() ?? new Float32Array(width).fill(1));
    view(at.beta!, width).set(beta() ?? new Float32Array(width));
    const call = (this.#call = at.call!);
    const data = new DataView(wasm().memory.buffer, call, 4 * WORDS);
    const flags = +centred + 2 * TYPES[from].number + 8 * TYPES[to].number;
    const addresses = [at.x, at.y, at.residual ?? 0, at.gamma, at.beta, at.g, at.b, at.params, width, flags];
    addresses.forEach((word, i) => data.setUint32(4 * i, word ?? 0, true));
    data.setFloat32(40, norm.epsilon, true);
    [input, output, stream ?? input].forEach(({ scale, zeroPoint }, i) => {
      data.setFloat32(44 + 8 * i, scale, true);
      data.setInt32(48 + 8 * i, zeroPoint, true);
    });
    const part = (address: number, type: CodeType) =>
      new Part<Codes>(address, rows * width, TYPES[type].array as new (buffer: ArrayBuffer, at: number, length: number) => Codes);
    this.#x = part(at.x!, from);
    this.#y = part(at.y!, to);
    this.#residual = stream && part(at.residual!, from);
    this.#report = at.report!;
    const wrong = fold(call);
    if (wrong === 0) return;
    this.dispose();
    complain(wrong & 7, wrong >>> 3, { at, width, input, output, stream, epsilon: norm.epsilon });
  }

  /** Input, rows × width. Each read gives a view that is good until the next instance is made. */
  get x(): CodesOf<X> {
    this.alive();
    return this.#x.view(this) as CodesOf<X>;
  }
  /** Output, rows × width. */
  get y(): CodesOf<Y> {
    this.alive();
    return this.#y.view(this) as CodesOf<Y>;
  }
  /** The residual stream, rows × width; `undefined` when built without. */
  get residual(): CodesOf<X> | undefined {
    this.alive();
    return this.#residual?.view(this) as CodesOf<X> | undefined;
  }

  /**
   * `y = norm(x)` for the first `rows` rows; with a residual, `y = norm(x + residual); residual = x + residual`: the norm
   * takes the exact sum, and `residual` gets it rounded and saturated.
   *
   * Every code of `y` is that of exact arithmetic on the codes and the folded integers, rounded half to even, then saturated.
   * Never allocates.
   */
  forward(rows: number = this.rows): void {
    this.alive();
    if (rows !== this.rows) check.whole("rows", rows, 0, "at most the rows that it was made for", this.rows);
    const forward = this.#forward;
    if (!forward(this.#call, rows)) throw new Error("layernorm: expected arguments in order, actual wrong ones: please report it");
  }

  /** What folding γ, β, the scales and ε to integers did. */
  report(): Report {
    this.alive();
    quantized("report").report(this.#call, this.#report);
    const [gammaError, betaError, saturated, largestNormalised] = new Float64Array(wasm().memory.buffer, this.#report, 4) as unknown as [number, number, number, number];
    return { gammaError, betaError, saturated, largestNormalised };
  }
}

interface Folding {
  at: Partial<Record<"gamma" | "beta", number>>;
  width: number;
  input: Steps;
  output: Steps;
  stream: Steps | undefined;
  epsilon: number;
}

/** What cannot be folded, by the numbers of `Wrong` in wasm/src/codes.rs. */
function complain(what: number, index: number, { at, width, input, output, stream, epsilon }: Folding): never {
  if (what <= 2) {
    const name = what === 1 ? "gamma" : "beta";
    const actual = view(at[name]! + 4 * index, 1)[0]!;
    check.wrongValue(`${name}[${index}]`, `less than 2^31 output scales of ${output.scale}`, actual, "a larger output.scale");
  }
  if (what === 5) check.wrongValue("residual.scale", `at least a 16th of the input's ${input.scale}`, stream!.scale, "a larger one");
  const [of, power, { scale }] = what === 3 ? (["input", 96, input] as const) : (["residual", 64, stream ?? input] as const);
  const expected = `width² · epsilon below 2^${power} squared ${of} scales (width ${width}, scale ${scale})`;
  return check.wrongValue("epsilon", expected, epsilon, `a larger ${of}.scale`);
}

/**
 * Layer normalisation of quantised codes, with its data in WebAssembly memory.
 *
 * ```ts
 * using norm = new LayerNorm({
 *   width: 4, gamma, beta,
 *   input: { type: "i8", scale: 0.02, zeroPoint: 3 },
 *   output: { type: "i8", scale: 0.03, zeroPoint: -5 },
 * });
 * norm.x.set([-100, -20, 60, 127]);
 * norm.forward();
 * norm.y; // codes of the output
 * ```
 */
export class LayerNorm<X extends CodeType = CodeType, Y extends CodeType = CodeType> extends Resident<X, Y> {
  constructor(options: ResidentQuantizedOptions<X, Y>) {
    super("LayerNorm", options, true);
  }
}

/** RMSNorm of quantised codes; otherwise as {@link LayerNorm}. */
export class RmsNorm<X extends CodeType = CodeType, Y extends CodeType = CodeType> extends Resident<X, Y> {
  constructor(options: ResidentQuantizedOptions<X, Y>) {
    super("RmsNorm", options, false);
  }
}

/**
 * Layer normalisation of each row of codes.
 *
 * It folds γ, β and the scales anew each time: {@link LayerNorm} does so once.
 *
 * @param x rows × width codes
 * @returns codes of the output: `out`, or a new array of `x`'s type
 * @throws TypeError or RangeError that names the argument, what was expected and what came; nothing is written then
 */
export function layerNorm<X extends Codes>(x: X, options: EasyQuantizedOptions & { out?: undefined }): X;
export function layerNorm<Y extends Codes>(x: Codes, options: EasyQuantizedOptions<Y> & { out: Y }): Y;
export function layerNorm(x: Codes, options: EasyQuantizedOptions): Codes {
  return easy("layerNorm", LayerNorm, x, options);
}

/** RMSNorm of each row of codes; otherwise as {@link layerNorm}. */
export function rmsNorm<X extends Codes>(x: X, options: EasyQuantizedOptions & { out?: undefined }): X;
export function rmsNorm<Y extends Codes>(x: Codes, options: EasyQuantizedOptions<Y> & { out: Y }): Y;
export function rmsNorm(x: Codes, options: EasyQuantizedOptions): Codes {
  return easy("rmsNorm", RmsNorm, x, options);
}

function easy(verb: string, Norm: typeof LayerNorm | typeof RmsNorm, x: Codes, options: EasyQuantizedOptions): Codes {
  checked(verb, options, EASY);
  const from = typeOf("x", x);
  const { out, input, output, ...rest } = options;
  const to = out == null ? from : typeOf("out", out);
  if (out != null && out.length !== x.length) check.wrongValue("out", `length ${x.length}`, out.length, "as long as x");
  steps("input", input, from);
  steps("output", output, to);
  const width = check.whole("width", rest.width ?? rest.gamma?.length ?? rest.beta?.length ?? (x.length || 1), 1, check.WIDTH, WIDEST);
  const rows = check.rows("x", x, width);
  const [source, target] = [anchor(x), anchor(out)];
  const together = rowsOfPart(rows, width);
  const norm = new Norm({ ...rest, width, rows: together, input: { ...input, type: from }, output: { ...output, type: to } });
  try {
    const y = target() ?? new TYPES[to].array(x.length);
    // What is written over before it was read is read first.
    const codes = out != null && out !== x && out.buffer === x.buffer ? source().slice() : source();
    for (let first = 0; first < rows; first += together) {
      const [count, start] = [Math.min(together, rows - first), first * width];
      norm.x.set(codes.subarray(start, start + count * width));
      norm.forward(count);
      y.set(norm.y.subarray(0, count * width), start);
    }
    return y;
  } finally {
    norm.dispose();
  }
}
