// Gradients in one call, copies in and out.

import * as check from "./check.js";
import { apart, settled } from "./copied.js";
import { anchor, Buffers, STATS, view } from "./memory.js";
import { full, wasm } from "./module.js";
import { options as checked } from "./names.js";
import type { Anew, Floats, Into, NormOptions } from "./options.js";
import { rowsOfPart, strided } from "./parts.js";

const BACKWARD = "width gamma beta epsilon unitOffset out dgamma dbeta";

/** Options of {@link layerNormBackward} and {@link rmsNormBackward}. */
export interface BackwardOptions extends NormOptions {
  /** Where dx goes, as long as `x`; may be or overlap `dy` and `x`. A new array without it. */
  out?: Float32Array | undefined;
  /** The gradient of γ, `width` numbers, is added to what this holds. */
  dgamma?: Float32Array | undefined;
  /** The gradient of β, `width` numbers, is added to what this holds. */
  dbeta?: Float32Array | undefined;
}

/**
 * Gradients of {@link layerNorm}: with g = dy · γ, `dx = (g − mean(g) − x̂ · mean(g · x̂)) · rstd`.
 *
 * A call adds to `dgamma` and `dbeta` once for each part of the rows that it copies in: their sums are taken in double precision, so that
 * errors do not grow with the rows.
 *
 * @param x what was normalised, rows × width; not changed
 * @param dy gradient with respect to the result, as long as `x`
 * @returns dx, the gradient with respect to `x`: `out`, or a new array
 * @throws RangeError or TypeError that names the argument, what was expected and what came; nothing is written then
 */
export function layerNormBackward<T extends Float32Array>(x: Float32Array, dy: Float32Array, options: Into<BackwardOptions, T>): T;
export function layerNormBackward(x: Float32Array, dy: Float32Array, options: Anew<BackwardOptions>): Floats;
export function layerNormBackward(x: Float32Array, dy: Float32Array, options: BackwardOptions): Float32Array;
export function layerNormBackward(x: Float32Array, dy: Float32Array, options: BackwardOptions): Float32Array {
  checked("layerNormBackward", options, BACKWARD);
  return gradients(x, dy, options, true);
}

/** Gradients of {@link rmsNorm}: `dx = (g − x̂ · mean(g · x̂)) · rstd`. Otherwise as {@link layerNormBackward}. */
export function rmsNormBackward<T extends Float32Array>(x: Float32Array, dy: Float32Array, options: Into<BackwardOptions, T>): T;
export function rmsNormBackward(x: Float32Array, dy: Float32Array, options: Anew<BackwardOptions>): Floats;
export function rmsNormBackward(x: Float32Array, dy: Float32Array, options: BackwardOptions): Float32Array;
export function rmsNormBackward(x: Float32Array, dy: Float32Array, options: BackwardOptions): Float32Array {
  checked("rmsNormBackward", options, BACKWARD);
  return gradients(x, dy, options, false);
}

function gradients(x: Float32Array, dy: Float32Array, options: BackwardOptions, centred: boolean): Float32Array {
  check.floats("x", x);
  const width = check.whole("width", options.width, 1, check.WIDTH);
  const rows = check.rows("x", x, width);
  check.floats("dy", dy, x.length);
  const norm = check.norm(options, width, centred);
  const grad = (name: "dgamma" | "dbeta") => check.optional(options[name], (values) => check.floats(name, values, width));
  const [dgamma, dbeta] = [grad("dgamma"), grad("dbeta")];
  const out = check.floats("out", options.out ?? new Float32Array(x.length), x.length);
  apart({ out, dgamma, dbeta });
  const { backward } = full(centred ? "layerNormBackward" : "rmsNormBackward");

  const part = rowsOfPart(rows, width + STATS);
  const features = { gamma: norm.gamma, dgamma, dbeta };
  const anchors = Object.entries(features).flatMap(([name, values]) => values ? [[name, anchor(values)]] as const : []);
  const inPlace = (values: Float32Array) => anchor(values.byteOffset === out.byteOffset ? values : settled(values, out));
  const [from, gradient, to] = [inPlace(x), inPlace(dy), anchor(out)];
  const lengths = Object.fromEntries(anchors.map(([name]) => [name, width]));
  const all = part * width;
  const buffers = new Buffers(norm, { x: all, dy: all, dx: all, stats: STATS * part, ...lengths });
  try {
    const { at, call } = buffers;
    const copy = strided(width, width);
    for (const [name, values] of anchors) view(at[name as "gamma"]!, width).set(values());
    for (let first = 0; first < rows; first += part) {
      const count = Math.min(part, rows - first);
      const packed = (name: "x" | "dy" | "dx") => view(at[name]!, count * width);
      copy(packed("x"), from(), first, count);
      copy(packed("dy"), gradient(), first, count);
      wasm().forward(call, count);
      backward(call, count);
      copy(packed("dx"), to(), first, count, true);
    }
    for (const [name, values] of anchors) if (name !== "gamma") values().set(view(at[name as "dgamma"]!, width));
    return to();
  } finally {
    buffers.free();
  }
}
