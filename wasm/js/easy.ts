// One call, copies in and out.

import * as check from "./check.js";
import { Buffers, view } from "./memory.js";
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

function normalise(x: Float32Array, options: LayerNormOptions, centred: boolean): Float32Array {
  check.floats("x", x);
  const width = check.whole("width", options?.width, 1);
  const rows = check.rows(x, width);
  const gamma = options.gamma && check.parameter("gamma", options.gamma, width);
  const beta = centred && options.beta ? check.parameter("beta", options.beta, width) : undefined;
  const epsilon = check.epsilon(options.epsilon ?? 1e-5);
  const mean = centred && options.mean ? check.floats("mean", options.mean, rows) : undefined;
  const rstd = options.rstd && check.floats("rstd", options.rstd, rows);
  const out = options.out ? check.floats("out", options.out, x.length) : new Float32Array(x.length);

  const part = Math.max(1, Math.min(rows, Math.floor(PART / width)));
  const buffers = new Buffers([part * width, part * width, width, width, part, part]);
  try {
    const [xAt, yAt] = [buffers.take(part * width), buffers.take(part * width)];
    const [gammaAt, betaAt, meanAt, rstdAt] = [width, width, part, part].map((n) => buffers.take(n)) as [
      number,
      number,
      number,
      number,
    ];
    if (gamma) view(gammaAt, width).set(gamma);
    if (beta) view(betaAt, width).set(beta);
    const stats = mean !== undefined || rstd !== undefined;
    for (let first = 0; first < rows; first += part) {
      const count = Math.min(part, rows - first);
      view(xAt, count * width).set(x.subarray(first * width, (first + count) * width));
      const tail = [stats ? meanAt : 0, stats ? rstdAt : 0, count, width, epsilon] as const;
      const g = gamma ? gammaAt : 0;
      if (centred) wasm().layer_norm(xAt, yAt, 0, g, beta ? betaAt : 0, ...tail);
      else wasm().rms_norm(xAt, yAt, 0, g, ...tail);
      out.set(view(yAt, count * width), first * width);
      mean?.set(view(meanAt, count), first);
      rstd?.set(view(rstdAt, count), first);
    }
  } finally {
    buffers.free();
  }
  return out;
}
