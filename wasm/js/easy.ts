// One call, copies in and out.

import * as check from "./check.js";
import { apart, copied, normalise } from "./copied.js";
import { options as checked } from "./names.js";
import type { Anew, Floats, Into, LayerNormOptions, RmsNormOptions } from "./options.js";
import { rowsOfPart, strided } from "./parts.js";

const LAYER = "width gamma beta epsilon unitOffset out rstd stride outStride scale shift mean";
const RMS = "width gamma beta epsilon unitOffset out rstd stride outStride scale shift";
const STEP = "elements from one row to the next";

/**
 * Layer normalisation of each row: `(x − mean) / sqrt(var + ε) · γ + β`.
 *
 * ```ts
 * const y = layerNorm(x, { width: 768, gamma, beta });
 * ```
 *
 * @param x rows × width, row-major; not changed
 * @param options `width`, and what is not usual
 * @returns rows × width: `out`, or a new array
 * @throws RangeError or TypeError that names the argument, what was expected, what came and the way out; `out` is untouched then
 */
export function layerNorm<T extends Float32Array>(x: Float32Array, options: Into<LayerNormOptions, T>): T;
export function layerNorm(x: Float32Array, options: Anew<LayerNormOptions>): Floats;
export function layerNorm(x: Float32Array, options: LayerNormOptions): Float32Array;
export function layerNorm(x: Float32Array, options: LayerNormOptions): Float32Array {
  checked("layerNorm", options, LAYER);
  return rowByRow(x, options, true);
}

/**
 * RMSNorm of each row: `x / sqrt(mean(x²) + ε) · γ + β`. Otherwise as {@link layerNorm}.
 *
 * ```ts
 * const y = rmsNorm(x, { width: 768, gamma });
 * ```
 */
export function rmsNorm<T extends Float32Array>(x: Float32Array, options: Into<RmsNormOptions, T>): T;
export function rmsNorm(x: Float32Array, options: Anew<RmsNormOptions>): Floats;
export function rmsNorm(x: Float32Array, options: RmsNormOptions): Float32Array;
export function rmsNorm(x: Float32Array, options: RmsNormOptions): Float32Array {
  checked("rmsNorm", options, RMS);
  return rowByRow(x, options, false);
}

function rowByRow(x: Float32Array, options: LayerNormOptions, centred: boolean): Float32Array {
  const width = check.whole("width", options.width, 1, check.WIDTH);
  check.floats("x", x);
  const stride = options.stride == null ? width : check.whole("stride", options.stride, width, STEP);
  const rows = check.rows("x", x, width, stride);
  const gamma = options.gamma == null ? undefined : check.floats("gamma", options.gamma, width, check.FEATURES);
  const beta = options.beta == null ? undefined : check.floats("beta", options.beta, width, check.FEATURES);
  const epsilon = options.epsilon == null ? 1e-5 : check.epsilon(options.epsilon);
  const mean = options.mean == null ? undefined : check.floats("mean", options.mean, rows);
  const rstd = options.rstd == null ? undefined : check.floats("rstd", options.rstd, rows);
  const unitOffset = check.flag("unitOffset", options.unitOffset);
  const wanted = options.outStride ?? (options.out == null ? width : stride);
  const outStride = wanted === width ? width : check.whole("outStride", wanted, width, STEP);
  const packed = stride === width && outStride === width;
  const out = options.out == null ? room(rows * outStride) : check.floats("out", options.out, outStride === width ? rows * width : undefined);
  if (mean !== undefined || rstd !== undefined) apart({ out, mean, rstd });
  const { scale, shift } = options;
  if (packed && scale == null && shift == null && rowsOfPart(rows, width) >= rows) {
    return copied(x, out, width, rows, +centred + 2 * +unitOffset, epsilon, gamma, beta, mean, rstd);
  }

  const call = { width, centred, unitOffset, epsilon, gamma, beta, mean, rstd, x, out, rows, group: rows, stride, outStride };
  if (scale != null || shift != null) {
    for (const name of ["gamma", "beta"] as const) {
      if (call[name]) check.wrongType(name, "none beside scale and shift", "one", "leave one or the others out");
    }
    const samples = check.rows("scale", check.floats("scale", scale), width);
    call.group = rows && rows / samples;
    if (!Number.isInteger(call.group)) {
      check.wrongValue("scale", `a number of rows that divides ${rows}`, samples, "one row of scale for each sample");
    }
    call.gamma = check.parameter("scale", scale, samples * width);
    call.beta = check.parameter("shift", shift, samples * width, "as long as scale");
    call.unitOffset = true;
  }
  const actual = check.rows("out", out, width, outStride);
  if (actual !== rows) check.wrongValue("out", `${rows} rows`, actual, `one row every ${outStride} elements, as many as x has`);
  if (out === x && outStride !== stride) {
    check.wrongValue("outStride", `${stride} as in x`, outStride, "another out, or the same stride");
  }
  return normalise({ ...call, read: strided(width, stride), write: strided(width, outStride) });
}

/** A new array, as long as a stride asks for: an engine's own error would not name it. */
function room(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    return check.wrongValue("outStride", `room for ${length} numbers`, "less", "a smaller one, or fewer rows");
  }
}
