// One call, copies in and out.

import * as check from "./check.js";
import { anchor, Buffers, view } from "./memory.js";
import { wasm } from "./module.js";

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions {
  /** Number of features in a row; at least 1. */
  width: number;
  /** Gain, `width` finite numbers; 1 without it. */
  gamma?: Float32Array;
  /** Added to the mean square; finite, at least 0. 1e-5 without it. */
  epsilon?: number;
  /** Where the result goes, as long as `x`; may be `x` itself. A new array without it. */
  out?: Float32Array;
  /** Where 1/sqrt(mean square + ε) of each row goes. */
  rstd?: Float32Array;
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions extends RmsNormOptions {
  /** Bias, `width` finite numbers; 0 without it. */
  beta?: Float32Array;
  /** Where the mean of each row goes. */
  mean?: Float32Array;
}

type Six = [number, number, number, number, number, number];

/** Numbers that are in the module's memory at a time: 256 kB, so that it stays small whatever `x` is. */
const PART = 65536;

/**
 * Layer normalisation of each row: `(x − mean) / sqrt(var + ε) · γ + β`.
 *
 * @param x rows × width, row-major; not changed
 * @returns rows × width: `out`, or a new array
 * @throws RangeError or TypeError that names the argument, what was expected and what came; `out` is untouched then
 */
export function layerNorm(x: Float32Array, options: LayerNormOptions): Float32Array {
  return normalise(x, options, true);
}

/**
 * RMSNorm of each row: `x / sqrt(mean(x²) + ε) · γ`. Otherwise as {@link layerNorm}.
 */
export function rmsNorm(x: Float32Array, options: RmsNormOptions): Float32Array {
  return normalise(x, options, false);
}

function normalise(input: Float32Array, options: LayerNormOptions, centred: boolean): Float32Array {
  check.floats("x", input);
  const width = check.whole("width", options?.width, 1);
  const rows = check.rows(input, width);
  const epsilon = check.epsilon(options.epsilon ?? 1e-5);
  const stats = (name: "mean" | "rstd") =>
    anchor(check.optional(options[name], (values) => check.floats(name, values, rows)));
  const feature = (name: "gamma" | "beta") =>
    anchor(check.optional(options[name], (values) => check.parameter(name, values, width)));
  const [x, gamma, beta, mean, rstd] = [anchor(input), feature("gamma"), feature("beta"), stats("mean"), stats("rstd")];
  const out = anchor(check.floats("out", options.out ?? new Float32Array(input.length), input.length));

  const part = Math.max(1, Math.min(rows, Math.floor(PART / width)));
  const lengths = [part * width, part * width, width, width, part, part];
  const buffers = new Buffers(lengths);
  try {
    const [xAt, yAt, gammaAt, betaAt, meanAt, rstdAt] = lengths.map((length) => buffers.take(length)) as Six;
    const [from, to, g, b, m, r] = [x(), out(), gamma(), beta(), mean(), rstd()];
    if (g) view(gammaAt, width).set(g);
    if (b) view(betaAt, width).set(b);
    for (let first = 0; first < rows; first += part) {
      const count = Math.min(part, rows - first);
      view(xAt, count * width).set(from.subarray(first * width, (first + count) * width));
      const tail = [r ? rstdAt : 0, count, width, epsilon] as const;
      if (centred) wasm().layer_norm(xAt, yAt, 0, g ? gammaAt : 0, b ? betaAt : 0, m ? meanAt : 0, ...tail);
      else wasm().rms_norm(xAt, yAt, 0, g ? gammaAt : 0, ...tail);
      to.set(view(yAt, count * width), first * width);
      m?.set(view(meanAt, count), first);
      r?.set(view(rstdAt, count), first);
    }
    return to;
  } finally {
    buffers.free();
  }
}
