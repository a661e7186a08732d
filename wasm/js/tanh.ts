// Dynamic tanh, in one call, copies in and out.

import * as check from "./check.js";
import { settled } from "./copied.js";
import { anchor, Buffers, view } from "./memory.js";
import { full } from "./module.js";
import { options as checked } from "./names.js";
import type { Anew, Floats, Into, NormOptions } from "./options.js";
import { rowsOfPart } from "./parts.js";

const TANH = "width alpha gamma beta out";

/** Options of {@link dynamicTanh}. */
export interface DynamicTanhOptions extends Omit<NormOptions, "epsilon" | "unitOffset"> {
  /** What `x` is multiplied by; finite. The paper begins training with 0.5. */
  alpha: number;
  /** Where the result goes, as long as `x`; may be or overlap `x`. A new array without it. */
  out?: Float32Array | undefined;
}

/**
 * DyT, dynamic tanh (Zhu et al. 2025), in the place of a norm: `y = γ · tanh(α·x) + β`. tanh is within 3 ULP, with the same bits
 * on every machine, which `Math.tanh` has not.
 *
 * ```ts
 * const y = dynamicTanh(x, { width: 768, alpha: 0.5, gamma, beta });
 * ```
 *
 * @param x rows × width; not changed
 * @returns rows × width: `out`, or a new array
 * @throws as {@link layerNorm}
 */
export function dynamicTanh<T extends Float32Array>(x: Float32Array, options: Into<DynamicTanhOptions, T>): T;
export function dynamicTanh(x: Float32Array, options: Anew<DynamicTanhOptions>): Floats;
export function dynamicTanh(x: Float32Array, options: DynamicTanhOptions): Float32Array;
export function dynamicTanh(x: Float32Array, options: DynamicTanhOptions): Float32Array {
  checked("dynamicTanh", options, TANH);
  const width = check.whole("width", options.width, 1, check.WIDTH);
  const rows = check.rows("x", check.floats("x", x), width);
  const { alpha } = options;
  const wayOut = "0.5 is where training begins";
  if (typeof alpha !== "number") check.wrongType("alpha", "a number", check.describe(alpha), wayOut);
  if (!Number.isFinite(Math.fround(alpha))) check.wrongValue("alpha", "a finite number", alpha, wayOut);
  const { gamma: gain, beta: bias } = check.norm(options, width, true);
  const given = check.floats("out", options.out ?? new Float32Array(x.length), x.length);
  const { dynamic_tanh } = full("dynamicTanh");
  // Of several parts, one that is written must not be read afterwards.
  const from = anchor(x.byteOffset === given.byteOffset ? x : settled(x, given));
  const [out, gamma, beta] = [anchor(given), anchor(gain), anchor(bias)];
  const part = rowsOfPart(rows, width);
  const lengths = { x: part * width, y: part * width, gamma: gain ? width : 0, beta: bias ? width : 0 };
  // Where a norm has ε.
  const buffers = new Buffers({ centred: true, width, epsilon: alpha }, lengths);
  try {
    const { at, call } = buffers;
    if (gain) view(at.gamma!, width).set(gamma()!);
    if (bias) view(at.beta!, width).set(beta()!);
    for (let first = 0; first < rows; first += part) {
      const count = Math.min(part, rows - first);
      const [start, end] = [first * width, (first + count) * width];
      view(at.x!, end - start).set(from().subarray(start, end));
      dynamic_tanh(call, count);
      out().set(view(at.y!, end - start), start);
    }
    return out();
  } finally {
    buffers.free();
  }
}
