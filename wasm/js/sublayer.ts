// Sublayers of a Transformer: a norm, a function of yours, and the residual connection around them.

import * as check from "./check.js";
import { layerNorm, type LayerNormOptions, type NormOptions, rmsNorm } from "./easy.js";
import { anchor } from "./memory.js";

/** What stands between norm and addition: writes all of `out`, which is as long as its input. */
export type Sublayer = (input: Float32Array, out: Float32Array) => void;

/** Options of {@link preNorm} and {@link postNorm}. */
export interface SublayerOptions extends NormOptions {
  /** `"rms"` for RMSNorm; `"layer"` without it. */
  norm?: "layer" | "rms";
}

/**
 * `x += sublayer(norm(x))`: a pre-norm sublayer with its residual connection (Xiong et al. 2020).
 *
 * @param x rows × width, changed in place
 * @returns `x`
 * @throws as {@link layerNorm}, or what `sublayer` throws; `x` is untouched then
 */
export function preNorm(x: Float32Array, sublayer: Sublayer, options: SublayerOptions): Float32Array {
  const [norm, given] = checked(x, sublayer, options);
  const at = anchor(x);
  const normed = norm(x, given);
  const out = new Float32Array(normed.length);
  sublayer(normed, out);
  return add(at(), out);
}

/**
 * `x = norm(x + sublayer(x))`: a post-norm sublayer (Vaswani et al. 2017). `sublayer` gets `x` itself. Otherwise as
 * {@link preNorm}.
 */
export function postNorm(x: Float32Array, sublayer: Sublayer, options: SublayerOptions): Float32Array {
  const [norm, given] = checked(x, sublayer, options);
  const at = anchor(x);
  const sum = new Float32Array(x.length);
  sublayer(x, sum);
  return norm(add(sum, at()), { ...given, out: at() });
}

/** The norm, and those options that it takes. */
function checked(x: Float32Array, sublayer: Sublayer, options: SublayerOptions) {
  const { norm = "layer", ...given } = options ?? {};
  const width = check.whole("width", given.width, 1);
  check.rows("x", check.floats("x", x), width);
  if (typeof sublayer !== "function") throw new TypeError(`sublayer: expected a function, actual ${check.describe(sublayer)}`);
  if (norm !== "layer" && norm !== "rms") throw new TypeError(`norm: expected "layer" or "rms", actual ${String(norm)}`);
  const { gamma, beta, epsilon, unitOffset } = check.norm(given, width, norm === "layer");
  return [norm === "rms" ? rmsNorm : layerNorm, { width, gamma, beta, epsilon, unitOffset } as LayerNormOptions] as const;
}

/** Opposite infinities add to a NaN whose bits depend on the machine; this writes the one NaN, by its bits. */
function add(to: Float32Array, addend: Float32Array): Float32Array {
  for (let i = 0; i < to.length; i++) {
    const sum = to[i]! + addend[i]!;
    if (sum === sum) to[i] = sum;
    else new Uint32Array(to.buffer, to.byteOffset + 4 * i, 1)[0] = 0x7fc00000;
  }
  return to;
}
