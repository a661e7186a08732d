/** γ, β, scales and ε as the bytes that a device reads: by `src/integer/definition.md` and `src/quantized/bytes.rs` of the crate, in exact whole numbers. */
import { parts } from "./integers-exact";
import type { Codes } from "./integers-rows";

const TAGS = { i8: 1, u8: 2, i16: 3 };
const HEADER = 68;
const MOST = 40;

/** digits · 2^power, rounded half to even. */
function rounded(digits: bigint, power: number): bigint {
  if (power >= 0) return digits << BigInt(power);
  const bits = BigInt(-power);
  const floor = digits >> bits;
  const [rest, half] = [digits - (floor << bits), 1n << (bits - 1n)];
  return rest > half || (rest === half && (floor & 1n) === 1n) ? floor + 1n : floor;
}

/** Every value over the output's step, with as many fraction bits as fit in 32 bits. */
function folded(values: readonly number[], step: number): { shift: number; codes: bigint[] } {
  for (let shift = MOST; shift >= 0; shift--) {
    const codes = values.map((value) => {
      const { digits, power } = parts(value);
      return rounded(digits, power - step + shift);
    });
    if (codes.every((code) => (code < 0n ? -code : code) < 2n ** 31n)) return { shift, codes };
  }
  throw new Error("γ or β: expected less than 2³¹ steps of the output, actual more");
}

/** The bytes of `Params::to_bytes`. */
export function fold(type: keyof typeof TAGS, { input, output, zero }: Codes, gamma: readonly number[], beta: readonly number[], epsilon: number): Uint8Array {
  const width = gamma.length;
  const [g, b] = [folded(gamma, output), folded(beta, output)];
  const bytes = new Uint8Array(HEADER + 8 * width);
  const view = new DataView(bytes.buffer);
  bytes.set([..."LNQ1"].map((letter) => letter.charCodeAt(0)));
  bytes.set([TAGS[type], TAGS[type]], 4);
  // Without a residual: its zero point is 0, its multiplier −1.
  [width, g.shift, b.shift, zero, zero, 0, -1].forEach((number, i) => view.setInt32(8 + 4 * i, number, true));
  const { digits, power } = parts(epsilon);
  const e = rounded(digits * BigInt(width * width), power - 2 * input + 16);
  view.setBigUint64(36, BigInt.asUintN(64, e), true);
  view.setBigUint64(44, e >> 64n, true);
  [...g.codes, ...b.codes].forEach((code, i) => view.setInt32(HEADER + 4 * i, Number(code), true));
  return bytes;
}
