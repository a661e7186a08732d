// One call, copies in and out.

import * as check from "./check.js";
import { anchor, Buffers, view } from "./memory.js";
import { wasm } from "./module.js";
import { channelsFirst, type Copy, rowsOfPart, strided } from "./parts.js";

type Optional = Float32Array | undefined;
type Six = [Float32Array, Float32Array, Optional, Optional, Optional, Optional];

/** What all functions are told of the norm. */
export interface NormOptions {
  /** Number of features in a row; at least 1. */
  width: number;
  /** Gain, `width` finite numbers; 1 without it. */
  gamma?: Float32Array;
  /** Bias, `width` finite numbers; 0 without it. */
  beta?: Float32Array;
  /** Added to the variance, or to the mean square; finite, at least 0. 1e-5 without it. */
  epsilon?: number;
  /** With it the gain is 1 + γ, as in Gemma's RMSNorm. */
  unitOffset?: boolean;
}

/** Options of {@link rmsNorm}. */
export interface RmsNormOptions extends NormOptions {
  /** Where the result goes, as many rows as `x`; may be `x` itself. A new array without it. */
  out?: Float32Array;
  /** Where 1/sqrt(mean square + ε) of each row goes. */
  rstd?: Float32Array;
  /** Elements of `x` from the beginning of a row to that of the next; `width` without it. */
  stride?: number;
  /** The same for the result: without it that of `x` in `out`, and `width` in a new array. Between rows nothing is written. */
  outStride?: number;
  /**
   * For adaptive layer norm, `x̂ · (1 + scale) + shift`, in place of γ and β: samples × width finite numbers. The rows are
   * those of the samples one after the other, as many for each.
   */
  scale?: Float32Array;
  /** As long as `scale`; one is not given without the other. */
  shift?: Float32Array;
}

/** Options of {@link layerNorm}. */
export interface LayerNormOptions extends RmsNormOptions {
  /** Where the mean of each row goes. */
  mean?: Float32Array;
}

/** Options of {@link layerNormChannelsFirst} and {@link rmsNormChannelsFirst}. */
export interface ChannelsFirstOptions extends Omit<NormOptions, "width"> {
  /** Number of channels, over which is normalised; at least 1. γ and β have as many elements. */
  channels: number;
  /** Elements of a channel, height × width of an image; at least 1. */
  positions: number;
  /** Where the result goes, as long as `x`; may be `x` itself. A new array without it. */
  out?: Float32Array;
}

/**
 * Layer normalisation of each row: `(x − mean) / sqrt(var + ε) · γ + β`.
 *
 * @param x rows × width, row-major; not changed
 * @returns rows × width: `out`, or a new array
 * @throws RangeError or TypeError that names the argument, what was expected and what came; `out` is untouched then
 */
export function layerNorm(x: Float32Array, options: LayerNormOptions): Float32Array {
  return rowByRow(x, options, true);
}

/**
 * RMSNorm of each row: `x / sqrt(mean(x²) + ε) · γ + β`. Otherwise as {@link layerNorm}.
 */
export function rmsNorm(x: Float32Array, options: RmsNormOptions): Float32Array {
  return rowByRow(x, options, false);
}

/**
 * Layer normalisation over the channels of each position, with the bits of {@link layerNorm} of the transposed array.
 *
 * @param x samples × channels × positions; not changed
 * @returns the same shape: `out`, or a new array
 * @throws as {@link layerNorm}
 */
export function layerNormChannelsFirst(x: Float32Array, options: ChannelsFirstOptions): Float32Array {
  return positionByPosition(x, options, true);
}

/** RMSNorm over the channels of each position. Otherwise as {@link layerNormChannelsFirst}. */
export function rmsNormChannelsFirst(x: Float32Array, options: ChannelsFirstOptions): Float32Array {
  return positionByPosition(x, options, false);
}

function rowByRow(x: Float32Array, options: LayerNormOptions, centred: boolean): Float32Array {
  check.floats("x", x);
  const width = check.whole("width", options?.width, 1);
  const stride = check.whole("stride", options.stride ?? width, width);
  const rows = check.rows("x", x, width, stride);
  const stats = (name: "mean" | "rstd") => check.optional(options[name], (values) => check.floats(name, values, rows));
  const norm = check.norm(options, width, centred);
  const call = { x, group: rows, read: strided(width, stride), mean: stats("mean"), rstd: stats("rstd") };
  const { scale, shift } = options;
  if (scale != null || shift != null) {
    for (const name of ["gamma", "beta"] as const) {
      if (norm[name]) throw new TypeError(`${name}: expected none beside scale and shift, actual one`);
    }
    const samples = check.rows("scale", check.floats("scale", scale), width);
    call.group = rows && rows / samples;
    if (!Number.isInteger(call.group)) {
      throw new RangeError(`scale: expected a number of rows that divides ${rows}, actual ${samples}`);
    }
    norm.gamma = check.parameter("scale", scale, samples * width);
    norm.beta = check.parameter("shift", shift, samples * width);
    norm.unitOffset = true;
  }
  const outStride = check.whole("outStride", options.outStride ?? (options.out == null ? width : stride), width);
  const out = check.floats("out", options.out ?? room(rows * outStride), outStride === width ? rows * width : undefined);
  const actual = check.rows("out", out, width, outStride);
  if (actual !== rows) throw new RangeError(`out: expected ${rows} rows, actual ${actual}`);
  if (out === x && outStride !== stride) throw new RangeError(`outStride: expected ${stride} as in x, actual ${outStride}`);
  return normalise({ ...norm, ...call, rows, out, write: strided(width, outStride) });
}

/** A new array, as long as a stride asks for: an engine's own error would not name it. */
function room(length: number): Float32Array {
  try {
    return new Float32Array(length);
  } catch {
    throw new RangeError(`outStride: expected room for ${length} numbers, actual less`);
  }
}

function positionByPosition(x: Float32Array, options: ChannelsFirstOptions, centred: boolean): Float32Array {
  check.floats("x", x);
  const channels = check.whole("channels", options?.channels, 1);
  const positions = check.whole("positions", options.positions, 1);
  const [sample, of] = [channels * positions, "channels × positions"];
  const rows = check.rows("x", x, sample, sample, of) * positions;
  const norm = check.norm(options, channels, centred);
  const out = check.floats("out", options.out ?? new Float32Array(x.length), x.length);
  const copy = channelsFirst(channels, positions);
  return normalise({ ...norm, x, out, rows, group: positions, read: copy, write: copy });
}

/** A call, checked. */
interface Call extends ReturnType<typeof check.norm> {
  x: Float32Array;
  out: Float32Array;
  mean?: Float32Array | undefined;
  rstd?: Float32Array | undefined;
  rows: number;
  /** Rows that have a γ and β of their own, where these are longer than a row; parts end with them. */
  group: number;
  read: Copy;
  write: Copy;
}

function normalise(call: Call): Float32Array {
  const { width, rows, group } = call;
  const anchors = [call.x, call.out, call.gamma, call.beta, call.mean, call.rstd].map(anchor);
  const part = rowsOfPart(group, width);
  const buffers = new Buffers(call, {
    x: part * width,
    y: part * width,
    gamma: call.gamma ? width : 0,
    beta: call.beta ? width : 0,
    mean: call.mean ? part : 0,
    rstd: call.rstd ? part : 0,
  });
  try {
    const { at } = buffers;
    const [x, out, gamma, beta, mean, rstd] = anchors.map((values) => values()) as Six;
    for (let start = 0; start < rows; start += group) {
      /** γ or β of this group. */
      const own = (values: Float32Array) => {
        const first = ((start / group) * width) % values.length;
        return values.subarray(first, first + width);
      };
      if (gamma) view(at.gamma!, width).set(own(gamma));
      if (beta) view(at.beta!, width).set(own(beta));
      for (let first = start; first < start + group; first += part) {
        const count = Math.min(part, start + group - first);
        call.read(view(at.x!, count * width), x, first, count);
        wasm().forward(buffers.call, count);
        call.write(view(at.y!, count * width), out, first, count, true);
        mean?.set(view(at.mean!, count), first);
        rstd?.set(view(at.rstd!, count), first);
      }
    }
    return out;
  } finally {
    buffers.free();
  }
}
