// Norms over channels, in one call.

import * as check from "./check.js";
import { normalise } from "./copied.js";
import { options as checked } from "./names.js";
import type { Anew, ChannelsFirstOptions, Floats, Into } from "./options.js";
import { channelsFirst } from "./parts.js";

const CHANNELS = "channels positions gamma beta epsilon unitOffset out";

/**
 * Layer normalisation over the channels of each position, with the bits of {@link layerNorm} of the transposed array.
 *
 * ```ts
 * const y = layerNormChannelsFirst(image, { channels: 96, positions: 56 * 56, gamma, beta });
 * ```
 *
 * @param x samples × channels × positions; not changed
 * @returns the same shape: `out`, or a new array
 * @throws as {@link layerNorm}
 */
export function layerNormChannelsFirst<T extends Float32Array>(x: Float32Array, options: Into<ChannelsFirstOptions, T>): T;
export function layerNormChannelsFirst(x: Float32Array, options: Anew<ChannelsFirstOptions>): Floats;
export function layerNormChannelsFirst(x: Float32Array, options: ChannelsFirstOptions): Float32Array;
export function layerNormChannelsFirst(x: Float32Array, options: ChannelsFirstOptions): Float32Array {
  checked("layerNormChannelsFirst", options, CHANNELS);
  return positionByPosition(x, options, true);
}

/** RMSNorm over the channels of each position. Otherwise as {@link layerNormChannelsFirst}. */
export function rmsNormChannelsFirst<T extends Float32Array>(x: Float32Array, options: Into<ChannelsFirstOptions, T>): T;
export function rmsNormChannelsFirst(x: Float32Array, options: Anew<ChannelsFirstOptions>): Floats;
export function rmsNormChannelsFirst(x: Float32Array, options: ChannelsFirstOptions): Float32Array;
export function rmsNormChannelsFirst(x: Float32Array, options: ChannelsFirstOptions): Float32Array {
  checked("rmsNormChannelsFirst", options, CHANNELS);
  return positionByPosition(x, options, false);
}

function positionByPosition(x: Float32Array, options: ChannelsFirstOptions, centred: boolean): Float32Array {
  const channels = check.whole("channels", options.channels, 1, "the channels of x, { channels: 96 }");
  const positions = check.whole("positions", options.positions, 1, "the elements of a channel, height × width");
  check.floats("x", x);
  const [sample, of] = [channels * positions, "channels × positions"];
  const rows = check.rows("x", x, sample, sample, of) * positions;
  const norm = check.norm(options, channels, centred);
  const out = check.floats("out", options.out ?? new Float32Array(x.length), x.length);
  const copy = channelsFirst(channels, positions);
  return normalise({ ...norm, x, out, rows, group: positions, stride: 1, outStride: 1, read: copy, write: copy });
}
