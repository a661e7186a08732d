// Sublayers of a Transformer: a norm, a function of yours, and the residual connection around them.

import * as check from "./check.js";
import { layerNorm, rmsNorm } from "./easy.js";
import { anchor } from "./memory.js";
import { options as checked } from "./names.js";
import type { LayerNormOptions, NormOptions } from "./options.js";

const SUBLAYER = "width gamma beta epsilon unitOffset norm";

/**
 * What stands between norm and addition: writes all of `out`, zeros as long as its input, or returns an array as long. It may not be
 * async: {@link preNormAsync} and {@link postNormAsync} take those that are.
 */
export type Sublayer = (input: Float32Array, out: Float32Array) => Float32Array | void;

/** The same, or a promise of it. */
export type AsyncSublayer = (input: Float32Array, out: Float32Array) => Float32Array | void | PromiseLike<Float32Array | void>;

/** Options of {@link preNorm} and {@link postNorm}. */
export interface SublayerOptions extends NormOptions {
  /** `"rms"` for RMSNorm; `"layer"` without it. */
  norm?: "layer" | "rms" | undefined;
}

/**
 * `x += sublayer(norm(x))`: a pre-norm sublayer with its residual connection (Xiong et al. 2020).
 *
 * ```ts
 * preNorm(x, (input, out) => attend(input, out), { width: 768, gamma, beta });
 * ```
 *
 * @param x rows × width, changed in place
 * @returns `x`
 * @throws as {@link layerNorm}, or what `sublayer` throws, or a TypeError or RangeError where it returns what cannot be added; `x` is
 * untouched then
 */
export function preNorm<T extends Float32Array>(x: T, sublayer: Sublayer, options: SublayerOptions): T {
  const { normed, out, add } = before("preNorm", x, sublayer, options);
  return add(result(sublayer(normed, out), out));
}

/** {@link preNorm} that awaits the sublayer. Nothing else may change `x` meanwhile. */
export async function preNormAsync<T extends Float32Array>(x: T, sublayer: AsyncSublayer, options: SublayerOptions): Promise<T> {
  const { normed, out, add } = before("preNormAsync", x, sublayer, options);
  return add(result(await sublayer(normed, out), out));
}

/**
 * `x = norm(x + sublayer(x))`: a post-norm sublayer (Vaswani et al. 2017). `sublayer` gets `x` itself. Otherwise as
 * {@link preNorm}.
 */
export function postNorm<T extends Float32Array>(x: T, sublayer: Sublayer, options: SublayerOptions): T {
  const { out, normalise } = around("postNorm", x, sublayer, options);
  return normalise(result(sublayer(x, out), out)) as T;
}

/** {@link postNorm} that awaits the sublayer. Nothing else may change `x` meanwhile. */
export async function postNormAsync<T extends Float32Array>(x: T, sublayer: AsyncSublayer, options: SublayerOptions): Promise<T> {
  const { out, normalise } = around("postNormAsync", x, sublayer, options);
  return normalise(result(await sublayer(x, out), out)) as T;
}

/** What comes before the sublayer of a pre-norm, and the addition after it. */
function before<T extends Float32Array>(verb: string, x: T, sublayer: unknown, options: SublayerOptions) {
  const [norm, given] = told(verb, x, sublayer, options);
  const at = anchor(x);
  const normed: Float32Array = norm(x, given);
  return { normed, out: new Float32Array(normed.length), add: (addend: Float32Array) => sum(at(), addend) };
}

/** The addition and the norm after the sublayer of a post-norm. */
function around<T extends Float32Array>(verb: string, x: T, sublayer: unknown, options: SublayerOptions) {
  const [norm, given] = told(verb, x, sublayer, options);
  const at = anchor(x);
  const out = new Float32Array(x.length);
  // Of what the sublayer returned a copy, which is ours to change.
  const own = (addend: Float32Array) => (addend === out ? out : addend.slice());
  return { out, normalise: (addend: Float32Array) => norm(sum(own(addend), at()), { ...given, out: at() }) };
}

/** The norm, and those options that it takes. */
function told(verb: string, x: Float32Array, sublayer: unknown, options: SublayerOptions) {
  checked(verb, options, SUBLAYER);
  const { norm = "layer" } = options;
  const width = check.whole("width", options.width, 1, check.WIDTH);
  check.rows("x", check.floats("x", x), width);
  if (typeof sublayer !== "function") check.wrongType("sublayer", "a function", check.describe(sublayer), "(input, out) => { … }");
  if (norm !== "layer" && norm !== "rms") check.wrongType("norm", '"layer" or "rms"', String(norm), 'leave it out for "layer"');
  const { gamma, beta, epsilon, unitOffset } = check.norm(options, width, norm === "layer");
  const given: LayerNormOptions = { width, gamma, beta, epsilon, unitOffset };
  return [norm === "rms" ? rmsNorm : layerNorm, given] as const;
}

/** What the sublayer computed: what it returned, or else what it wrote. */
function result(returned: unknown, out: Float32Array): Float32Array {
  if (returned === undefined) return out;
  if (typeof (returned as PromiseLike<unknown>)?.then === "function") {
    const error = "nobody waits for it: preNormAsync and postNormAsync do";
    // What it throws later is nobody's either.
    (returned as PromiseLike<unknown>).then(undefined, () => {});
    check.wrongType("sublayer", "a Float32Array or nothing returned", "a promise", error);
  }
  return check.floats("sublayer()", returned, out.length, "as long as its input, or write to out and return nothing");
}

/** Opposite infinities add to a NaN whose bits depend on the machine; this writes the one NaN, by its bits. */
function sum<T extends Float32Array>(to: T, addend: Float32Array): T {
  for (let i = 0; i < to.length; i++) {
    const sum = to[i]! + addend[i]!;
    if (sum === sum) to[i] = sum;
    else new Uint32Array(to.buffer, to.byteOffset + 4 * i, 1)[0] = 0x7fc00000;
  }
  return to;
}
