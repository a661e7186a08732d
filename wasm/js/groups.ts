// Group and instance normalisation, in one call: a group of a sample is a row, with γ and β of each channel for its elements.

import * as check from "./check.js";
import { apart, normalise } from "./copied.js";
import { options as checked } from "./names.js";
import type { Anew, Floats, Into, NormOptions } from "./options.js";
import { strided } from "./parts.js";

const INSTANCE = "channels positions gamma beta epsilon out mean rstd";
const GROUP = "groups channels positions gamma beta epsilon out mean rstd";

/** Options of {@link instanceNorm}. */
export interface InstanceNormOptions extends Omit<NormOptions, "width" | "unitOffset"> {
  /** Number of channels; at least 1. γ and β have as many elements. */
  channels: number;
  /** Elements of a channel, height × width of an image, or frames of a signal; at least 1. */
  positions: number;
  /** Where the result goes, as long as `x`; may be or overlap `x`. A new array without it. */
  out?: Float32Array | undefined;
  /** Where the mean of each group of each sample goes. */
  mean?: Float32Array | undefined;
  /** Where 1/sqrt(var + ε) of each group of each sample goes. */
  rstd?: Float32Array | undefined;
}

/** Options of {@link groupNorm}. */
export interface GroupNormOptions extends InstanceNormOptions {
  /** Number of groups, of as many channels each; at least 1. */
  groups: number;
}

/**
 * Group normalisation (Wu and He 2018): mean and variance are those of a group of channels of one sample, γ and β those of the channel.
 * It is `GroupNormalization` of ONNX and `nn.GroupNorm` of PyTorch, with the bits of the crate's `GroupNorm`.
 *
 * ```ts
 * const y = groupNorm(image, { groups: 32, channels: 256, positions: 56 * 56, gamma, beta });
 * ```
 *
 * @param x samples × channels × positions; not changed
 * @returns the same shape: `out`, or a new array
 * @throws as {@link layerNorm}
 */
export function groupNorm<T extends Float32Array>(x: Float32Array, options: Into<GroupNormOptions, T>): T;
export function groupNorm(x: Float32Array, options: Anew<GroupNormOptions>): Floats;
export function groupNorm(x: Float32Array, options: GroupNormOptions): Float32Array;
export function groupNorm(x: Float32Array, options: GroupNormOptions): Float32Array {
  checked("groupNorm", options, GROUP);
  return groupByGroup(x, options, check.whole("groups", options.groups, 1, "the groups that the channels are in, { groups: 32 }"));
}

/**
 * Instance normalisation (Ulyanov, Vedaldi and Lempitsky 2016): each channel of a sample for itself, as `InstanceNormalization` of ONNX
 * and `nn.InstanceNorm1d` to `3d` of PyTorch without running statistics. Otherwise as {@link groupNorm}.
 */
export function instanceNorm<T extends Float32Array>(x: Float32Array, options: Into<InstanceNormOptions, T>): T;
export function instanceNorm(x: Float32Array, options: Anew<InstanceNormOptions>): Floats;
export function instanceNorm(x: Float32Array, options: InstanceNormOptions): Float32Array;
export function instanceNorm(x: Float32Array, options: InstanceNormOptions): Float32Array {
  checked("instanceNorm", options, INSTANCE);
  return groupByGroup(x, options);
}

function groupByGroup(x: Float32Array, options: InstanceNormOptions, of?: number): Float32Array {
  const channels = check.whole("channels", options.channels, 1, "the channels of x, { channels: 256 }");
  const positions = check.whole("positions", options.positions, 1, "the elements of a channel, height × width");
  const groups = of ?? channels;
  if (channels % groups !== 0) check.wrongValue("groups", `a divisor of channels ${channels}`, groups, "as many channels in each");
  check.floats("x", x);
  const sample = channels * positions;
  const rows = check.rows("x", x, sample, sample, "channels × positions") * groups;
  const { gamma, beta, ...norm } = check.norm(options, channels, true);
  const mean = check.optional(options.mean, (values) => check.floats("mean", values, rows));
  const rstd = check.optional(options.rstd, (values) => check.floats("rstd", values, rows));
  const out = check.floats("out", options.out ?? new Float32Array(x.length), x.length);
  apart({ out, mean, rstd });
  /** γ or β for each element of a sample. */
  const each = (values: Float32Array | undefined) => {
    const all = values && new Float32Array(sample);
    values?.forEach((value, c) => all!.fill(value, c * positions, (c + 1) * positions));
    return all;
  };
  const width = sample / groups;
  const copy = strided(width, width);
  // Groups have parameters of their own, so that each is a call of the module; without any all are one.
  const group = gamma || beta ? 1 : rows;
  return normalise({
    ...norm, width, x, out, rows, group, mean, rstd,
    gamma: each(gamma), beta: each(beta), stride: width, outStride: width, read: copy, write: copy,
  });
}
