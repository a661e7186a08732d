// What copies in and out, once the arguments have been checked.

import * as check from "./check.js";
import { anchor } from "./memory.js";
import { type Copy, rowsOfPart } from "./parts.js";
import { fitting, larger, type Scratch } from "./scratch.js";

type Optional = Float32Array | undefined;

/** Whether the two have an element in common. */
function overlap(a: Float32Array, b: Float32Array): boolean {
  return a.buffer === b.buffer && a.byteOffset < b.byteOffset + b.byteLength && b.byteOffset < a.byteOffset + a.byteLength;
}

/** That arrays which are written have no element in common. */
export function apart(written: Record<string, Optional>): void {
  const all = Object.entries(written).filter((entry): entry is [string, Float32Array] => !!entry[1]);
  all.forEach(([name, values], i) => {
    const other = all.slice(0, i).find(([, before]) => overlap(values, before));
    if (other) check.wrongValue(name, `an array apart from ${other[0]}`, "one that overlaps it", "give each its own memory");
  });
}

/** `values`, or a copy where `written` would change them before they are read. */
export function settled<T extends Optional>(values: T, ...written: Optional[]): T {
  return (values && written.some((to) => to && overlap(values, to)) ? values.slice() : values) as T;
}

/** γ or β was not finite: names it. */
function refuse(gamma: Optional, beta: Optional): never {
  if (gamma) check.finite("gamma", gamma);
  if (beta) check.finite("beta", beta);
  throw new Error("layernorm: expected arguments in order, actual wrong ones: please report it");
}

/** Rows that are packed and a part at most: all is read before anything is written, so arrays may overlap. */
export function copied(
  x: Float32Array,
  out: Float32Array,
  width: number,
  rows: number,
  flags: number,
  epsilon: number,
  gamma: Optional,
  beta: Optional,
  mean: Optional,
  rstd: Optional,
): Float32Array {
  let scratch = fitting(width, rows);
  if (scratch === undefined) {
    const all = [x, out, gamma, beta, mean, rstd].map(anchor);
    scratch = larger(width, rows);
    [x, out, gamma, beta, mean, rstd] = all.map((values) => values()) as [Float32Array, Float32Array, Optional, Optional, Optional, Optional];
  }
  try {
    scratch.prepare(width, flags, epsilon, gamma, beta, mean, rstd);
    if (gamma) scratch.gamma.view(width).set(gamma);
    if (beta) scratch.beta.view(width).set(beta);
    const length = rows * width;
    if (rows > 0) scratch.x.view(length).set(x);
    if (!scratch.run(rows)) refuse(gamma, beta);
    if (rows > 0) out.set(scratch.y.view(length));
    mean?.set(scratch.mean.view(rows));
    rstd?.set(scratch.rstd.view(rows));
    return out;
  } finally {
    scratch.done();
  }
}

/** A call of more rows than a part, or of rows that are not packed. */
export interface Call {
  width: number;
  centred: boolean;
  unitOffset: boolean;
  epsilon: number;
  x: Float32Array;
  out: Float32Array;
  gamma: Optional;
  beta: Optional;
  mean?: Optional;
  rstd?: Optional;
  rows: number;
  /** Rows that have a γ and β of their own, where these are longer than a row; parts end with them. */
  group: number;
  /** Where rows of `x` and of `out` begin: those of the same place are read before they are written. */
  stride: number;
  outStride: number;
  read: Copy;
  write: Copy;
}

export function normalise(call: Call): Float32Array {
  const { width, rows, group, centred, unitOffset, epsilon } = call;
  const anchors = [call.x, call.out, call.gamma, call.beta, call.mean, call.rstd].map(anchor);
  const part = rowsOfPart(group, width);
  const scratch: Scratch = fitting(width, part) ?? larger(width, part);
  try {
    const [given, out, gain, bias, mean, rstd] = anchors.map((values) => values()) as [Float32Array, Float32Array, Optional, Optional, Optional, Optional];
    const inPlace = given.byteOffset === out.byteOffset && call.stride === call.outStride;
    const x = settled(given, inPlace ? undefined : out, mean, rstd);
    const [gamma, beta] = [settled(gain, out, mean, rstd), settled(bias, out, mean, rstd)];
    scratch.prepare(width, +centred + 2 * +unitOffset, epsilon, gamma, beta, mean, rstd);
    for (let start = 0; start < rows; start += group) {
      /** γ or β of this group. */
      const own = (values: Float32Array) => {
        const first = ((start / group) * width) % values.length;
        return values.subarray(first, first + width);
      };
      if (gamma) scratch.gamma.view(width).set(own(gamma));
      if (beta) scratch.beta.view(width).set(own(beta));
      for (let first = start; first < start + group; first += part) {
        const count = Math.min(part, start + group - first);
        call.read(scratch.x.view(count * width), x, first, count);
        if (!scratch.run(count)) refuse(gamma, beta);
        call.write(scratch.y.view(count * width), out, first, count, true);
        mean?.set(scratch.mean.view(count), first);
        rstd?.set(scratch.rstd.view(count), first);
      }
    }
    return out;
  } finally {
    scratch.done();
  }
}
