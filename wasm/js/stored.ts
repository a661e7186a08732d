// Norms of numbers in half precision: memory is narrow, the arithmetic that of f32, and each result is rounded once.

import * as check from "./check.js";
import { apart } from "./copied.js";
import * as easy from "./easy.js";
import { dtypeOf, type Float16, type Half, type Halves, narrowed, stored, widened } from "./half.js";
import { anchor } from "./memory.js";
import { options as checked } from "./names.js";
import type { Floats, Words } from "./options.js";
import { rowsOfPart } from "./parts.js";

export type { Float16, Half, Halves };

/** Numbers of any type: with a `Uint16Array` goes a `dtype`. */
export type Numbers = Halves | Float32Array;

/** Options of {@link rmsNorm}. */
export interface MixedRmsNormOptions<Y extends Numbers = Numbers> {
  /** Number of features in a row; at least 1. */
  width: number;
  /** Of what the `Uint16Array`s of a call hold the bits. */
  dtype?: Half | undefined;
  /** Gain, `width` finite numbers of any type; 1 without it. */
  gamma?: Numbers | undefined;
  /** Bias, `width` finite numbers of any type; 0 without it. */
  beta?: Numbers | undefined;
  /** Added to the variance, or to the mean square; finite, at least 0. 1e-5 without it. */
  epsilon?: number | undefined;
  /** With it the gain is 1 + γ, rounded once to f32. */
  unitOffset?: boolean | undefined;
  /** Where the result goes, of any type, as long as `x`; may be or overlap `x`. A new array of `x`'s type without it. */
  out?: Y | undefined;
  /** Where 1/sqrt(mean square + ε) of each row goes. */
  rstd?: Float32Array | undefined;
}

/** Options of {@link layerNorm}. */
export interface MixedLayerNormOptions<Y extends Numbers = Numbers> extends MixedRmsNormOptions<Y> {
  /** Where the mean of each row goes. */
  mean?: Float32Array | undefined;
}

/** Options of {@link widen} and {@link narrow}. */
export interface ConvertOptions {
  /** Of what a `Uint16Array` holds the bits. */
  dtype?: Half | undefined;
}

/** What numbers are stored in. */
const ANY = "a Float32Array or a Float16Array or a Uint16Array";

const RMS = "width dtype gamma beta epsilon unitOffset out rstd";
const LAYER = "width dtype gamma beta epsilon unitOffset out rstd mean";

/**
 * Layer normalisation of rows in half precision: the result of f32 of the same numbers, rounded once to the nearest, half to even, to the
 * type of the result. Beyond the range of f16, from 65520 on, that is an infinity.
 *
 * ```ts
 * const y = layerNorm(bits, { width: 768, dtype: "bf16", gamma, beta }); // Uint16Array in, Uint16Array out
 * ```
 *
 * @param x rows × width; not changed
 * @returns rows × width: `out`, or a new array of `x`'s type
 * @throws RangeError or TypeError that names the argument, what was expected, what came and the way out; `out` is untouched then
 */
export function layerNorm<Y extends Numbers>(x: Numbers, options: MixedLayerNormOptions<Y> & { out: Y }): Y;
export function layerNorm<X extends Numbers>(x: X, options: MixedLayerNormOptions & { out?: undefined }): X;
export function layerNorm(x: Numbers, options: MixedLayerNormOptions): Numbers {
  checked("layerNorm", options, LAYER);
  return rowByRow(x, options, easy.layerNorm);
}

/** RMSNorm of rows in half precision. Otherwise as {@link layerNorm}. */
export function rmsNorm<Y extends Numbers>(x: Numbers, options: MixedRmsNormOptions<Y> & { out: Y }): Y;
export function rmsNorm<X extends Numbers>(x: X, options: MixedRmsNormOptions & { out?: undefined }): X;
export function rmsNorm(x: Numbers, options: MixedRmsNormOptions): Numbers {
  checked("rmsNorm", options, RMS);
  return rowByRow(x, options, easy.rmsNorm);
}

/** Numbers in half precision as f32, exactly. */
export function widen(values: Halves, options: ConvertOptions = {}): Floats {
  checked("widen", options, "dtype");
  return widened(stored("values", values, dtypeOf(options.dtype)), new Float32Array(values.length)) as Floats;
}

/** Bits of numbers of f32, each rounded to the nearest, half to even; NaNs become 0x7e00 of f16 and 0x7fc0 of bf16. */
export function narrow(values: Float32Array, options: ConvertOptions & { dtype: Half }): Words {
  checked("narrow", options, "dtype");
  const bits: Words = new Uint16Array(check.floats("values", values).length);
  narrowed(values, stored("values", bits, dtypeOf(options.dtype)));
  return bits;
}

const isFloats = (values: Numbers): values is Float32Array => values instanceof Float32Array || check.describe(values) === "Float32Array";

/** A new array like `x`. */
function like(x: Numbers): Numbers {
  return new (x.constructor as new (length: number) => Numbers)(x.length);
}

function rowByRow(x: Numbers, options: MixedLayerNormOptions, norm: typeof easy.layerNorm): Numbers {
  const { width: given, dtype: type, gamma, beta, epsilon, unitOffset, out: to, mean, rstd } = options;
  const width = check.whole("width", given, 1, check.WIDTH);
  const dtype = dtypeOf(type);
  check.array("x", x, ANY);
  const rows = check.rows("x", x, width);
  if (to != null) check.array("out", to, ANY, x.length);
  if (mean != null) check.floats("mean", mean, rows);
  if (rstd != null) check.floats("rstd", rstd, rows);
  const out: Numbers = to ?? like(x);
  // Whether two arrays overlap does not depend on what they hold.
  apart({ out: out as Float32Array, mean: mean ?? undefined, rstd: rstd ?? undefined });
  /** γ or β in f32. */
  const feature = (name: string, values: Numbers | undefined) => {
    if (values == null) return undefined;
    check.array(name, values, ANY, width);
    const floats = isFloats(values) ? values.slice() : widened(stored(name, values, dtype), new Float32Array(width));
    check.finite(name, floats);
    return floats;
  };
  const features = { gamma: feature("gamma", gamma), beta: feature("beta", beta) };
  // What is written over before it is read is read first.
  const moved = out.buffer === x.buffer && (out.byteOffset !== x.byteOffset || out.BYTES_PER_ELEMENT !== x.BYTES_PER_ELEMENT);
  const from = moved ? (x as Float32Array).slice() : x;
  const memory = (name: string, values: Numbers) => (isFloats(values) ? anchor(values) : stored(name, values, dtype));
  const [source, target] = [memory("x", from), memory("out", out)];
  const [means, rstds] = [anchor(mean ?? undefined), anchor(rstd ?? undefined)];
  const part = rowsOfPart(rows, width);
  const all = new Float32Array(part * width);
  for (let first = 0; first === 0 || first < rows; first += part) {
    const count = Math.min(part, rows - first);
    const [start, end] = [first * width, (first + count) * width];
    const row = all.subarray(0, end - start);
    if (typeof source === "function") row.set(source().subarray(start, end));
    else widened(source, row, start);
    const statistics = {
      ...(mean && { mean: means()!.subarray(first, first + count) }),
      ...(rstd && { rstd: rstds()!.subarray(first, first + count) }),
    };
    norm(row, { ...features, width, epsilon, unitOffset, out: row, ...statistics });
    if (typeof target === "function") target().set(row, start);
    else narrowed(row, target, start);
  }
  return to == null || typeof target !== "function" ? out : target();
}
