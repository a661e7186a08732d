// Half precision as it is stored: bits of f16 (IEEE 754 binary16) and of bf16 (the upper half of an f32), to f32 and back.

import * as check from "./check.js";

/** Names of the types of half precision. */
export type Half = "f16" | "bf16";

/** A `Float16Array`, of engines that have it and of compilers that do not know it. */
export interface Float16 extends ArrayBufferView {
  readonly [Symbol.toStringTag]: "Float16Array";
  readonly length: number;
  readonly BYTES_PER_ELEMENT: number;
  [index: number]: number;
}

/** Numbers in half precision: with a `Uint16Array` goes a `dtype`, which says of what they are the bits. */
export type Halves = Float16 | Uint16Array;

/** What half precision is stored in. */
export const TYPES = "a Float16Array or a Uint16Array";

/** Bits of numbers in half precision, and of which type. */
export interface Stored {
  bits: Uint16Array;
  half: Half;
}

/** `values`, which are in half precision. */
export function stored(name: string, values: Halves, dtype: Half | undefined): Stored {
  if (!(values instanceof Uint16Array)) check.array(name, values, TYPES);
  if (values instanceof Uint16Array || check.describe(values) === "Uint16Array") {
    if (dtype === undefined) check.wrongType("dtype", '"f16" or "bf16"', "undefined", `it says of what the bits in ${name} are`);
    return { bits: values as Uint16Array, half: dtype };
  }
  // Bits, so that a NaN is one and the same.
  return { bits: new Uint16Array(values.buffer, values.byteOffset, values.length), half: "f16" };
}

/** What `dtype` may be. */
export function dtypeOf(dtype: unknown): Half | undefined {
  if (dtype == null || dtype === "f16" || dtype === "bf16") return dtype ?? undefined;
  const actual = typeof dtype === "string" ? JSON.stringify(dtype) : check.describe(dtype);
  return check.wrongType("dtype", '"f16" or "bf16"', actual, "leave it out for a Float16Array");
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array) => new Int32Array(buffer, byteOffset, length);

/** The numbers from `first` on, exactly. */
export function widened({ bits, half }: Stored, to: Float32Array, first = 0): Float32Array {
  const words = bitsOf(to);
  const codes = bits.subarray(first, first + to.length);
  if (half === "bf16") for (let i = 0; i < words.length; i++) words[i] = codes[i]! << 16;
  else for (let i = 0; i < words.length; i++) words[i] = bitsOfF16(codes[i]!);
  return to;
}

/** Bits of an f32. */
function bitsOfF16(code: number): number {
  const rest = code & 0x7fff;
  const sign = (code & 0x8000) << 16;
  // An exponent is more by 112 in f32, and that of infinities and NaNs by as much again.
  if (rest >= 0x400) return sign | ((rest << 13) + (rest < 0x7c00 ? 112 << 23 : 224 << 23));
  if (rest === 0) return sign;
  // Without an exponent it is a multiple of 2⁻²⁴: the first bit becomes the leading one.
  const shift = Math.clz32(rest) - 8;
  return sign | ((rest << shift) + ((125 - shift) << 23));
}

/** Stores `from` from number `first` on, each rounded to the nearest, half to even. Every NaN is the one of `mixed` in the crate. */
export function narrowed(from: Float32Array, { bits, half }: Stored, first = 0): void {
  const words = bitsOf(from);
  const codes = bits.subarray(first, first + from.length);
  if (half === "bf16") for (let i = 0; i < words.length; i++) codes[i] = bf16(words[i]!);
  else for (let i = 0; i < words.length; i++) codes[i] = f16(words[i]!);
}

/** The code of an f32 with these bits. */
function bf16(word: number): number {
  const rest = word & 0x7fffffff;
  return rest > 0x7f800000 ? 0x7fc0 : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

/** The code of an f32 with these bits. */
function f16(word: number): number {
  const rest = word & 0x7fffffff;
  const sign = (word >>> 16) & 0x8000;
  // From half a step above the largest number on it is an infinity.
  if (rest >= 0x477ff000) return rest > 0x7f800000 ? 0x7e00 : sign | 0x7c00;
  if (rest >= 0x38800000) return sign | ((rest - (112 << 23) + 0xfff + ((rest >>> 13) & 1)) >> 13);
  // Below half the least step it is 0.
  if (rest < 0x33000000) return sign;
  // In steps of 2⁻²⁴, with the leading one and what follows it: `down` bits are left out.
  const [digits, down] = [(rest & 0x7fffff) | 0x800000, 126 - (rest >>> 23)];
  return sign | ((digits + 2 ** (down - 1) - 1 + ((digits >>> down) & 1)) >>> down);
}
