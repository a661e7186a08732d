/**
 * What is usually done, for comparison: a kernel in f32 that goes over the row once, and the integer norms of TensorFlow Lite and of
 * Deeploy, written anew after their sources so that they return the same codes, those that wrap included. The project's
 * `tests/common/others.rs` has them in Rust and says which versions.
 * After work © The TensorFlow Authors, The Gemmlowp Authors, ETH Zurich and University of Bologna, Apache-2.0; rewritten.
 */

const { fround, trunc, sqrt } = Math;

/** Σx and Σx² in one pass, the variance their difference. Each operation is rounded to f32. */
export function onePass(row: Float32Array, epsilon: number): number[] {
  let [sum, squares] = [0, 0];
  for (const x of row) {
    sum = fround(sum + x);
    squares = fround(squares + fround(x * x));
  }
  const mean = fround(sum / row.length);
  const variance = fround(fround(squares / row.length) - fround(mean * mean));
  const rstd = fround(1 / fround(sqrt(fround(variance + fround(epsilon)))));
  return Array.from(row, (x) => fround(fround(x - mean) * rstd));
}

/** An int8 norm whose mean and standard deviation are whole numbers (Deeploy, `Layernorm_s8.c`); γ = 1. It adds 1 to the variance. */
export function int8(row: readonly number[], fraction: number): number[] {
  const POINT = 8;
  const mean = trunc(row.reduce((sum, x) => sum + x, 0) / row.length);
  const squares = row.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  const deviation = Math.floor(sqrt(trunc(squares / row.length) + 1));
  const gamma = 2 ** (fraction + POINT);
  // The result wraps: an int8 takes the last eight bits.
  return row.map((x) => ((trunc(((x - mean) * gamma) / deviation) >> POINT) << 24) >> 24);
}

/** The int16 norm of LSTM gates in TensorFlow Lite (`PortableApplyLayerNorm`), γ = 1 with 14 fraction bits. It knows no ε. */
export function int16(row: readonly number[]): number[] {
  const GAMMA = 1 << 14;
  const SHIFT = 1 - 14;
  const width = row.length;
  const sum = row.reduce((all, x) => all + x, 0);
  const squares = row.reduce((all, x) => all + x * x, 0);
  const mean = trunc((sum * 1024) / width);
  // 2²⁰/N rounded down: the squares of the mean cancel only where N divides 2²⁰.
  const scaled = BigInt(squares) * BigInt(trunc(2 ** 20 / width)) - BigInt(mean) ** 2n;
  const variance = Number(BigInt.asIntN(32, scaled / (1n << 20n)));
  const [rstd, shift] = inverseRoot(variance < 1 ? 1 : variance);
  return row.map((x) => {
    const centred = (Math.imul(1024, x) - mean) | 0;
    // In C an overflow of int is undefined; compilers wrap.
    const affine = Math.imul(multiply(centred, rstd, shift), GAMMA);
    const rounded = trunc((affine + (affine > 0 ? 512 : -512)) / 1024) | 0;
    return Math.min(32767, Math.max(-32768, multiply(rounded, 1 << 30, SHIFT + 12)));
  });
}

/** `x · multiplier · 2^(shift − 31)` with a rounding for each factor. */
function multiply(x: number, multiplier: number, shift: number): number {
  return divide(product(x << Math.max(shift, 0), multiplier), Math.max(-shift, 0));
}

/** `a · b · 2⁻³¹`, halves up. */
function product(a: number, b: number): number {
  return Math.min(Number((BigInt(a) * BigInt(b) + (1n << 30n)) >> 31n), 2 ** 31 - 1);
}

/** `x · 2^−bits`, halves away from 0. */
function divide(x: number, bits: number): number {
  const half = bits === 0 ? 0 : 2 ** (bits - 1);
  return Math.sign(x) * Math.floor((Math.abs(x) + half) / 2 ** bits);
}

/** `x · 2^bits`, saturated. */
const raise = (x: number, bits: number) => Math.min(2 ** 31 - 1, Math.max(-(2 ** 31), x * 2 ** bits));

/** 1/√v as multiplier and shift: five Newton steps from 1 with 28 fraction bits, v scaled to ¼ … 1 by fours. */
function inverseRoot(v: number): [multiplier: number, shift: number] {
  if (v <= 1) return [2 ** 31 - 1, 0];
  let right = 11;
  while (v >= 2 ** 29) [v, right] = [trunc(v / 4), right + 1];
  const pairs = trunc((Math.clz32(v) - 1) / 2) - 1;
  right -= pairs;
  const half = divide((v << (2 * pairs)) >> 1, 1);
  let x = 2 ** 28;
  for (let i = 0; i < 5; i++) {
    const cube = raise(product(product(x, x), x), 6);
    x = raise((product(3 << 27, x) - product(half, cube)) | 0, 3);
  }
  // √½
  x = product(x, 1_518_500_250);
  return right < 0 ? [x << -right, 0] : [x, -right];
}
