/**
 * Exact arithmetic, the judge of section 6: whole numbers without limit, a square root and a quotient to 2⁻⁴⁸. It shares no step
 * with the package, which rounds, and none with the kernels beside it.
 */

/** Fraction bits of a result, and more of the square root. */
const FRACTION = 48;
const ROOT = 64n;

const scratch = new DataView(new ArrayBuffer(8));

/** A finite number as `digits · 2^power`. */
export function parts(value: number): { digits: bigint; power: number } {
  scratch.setFloat64(0, value);
  const all = scratch.getBigUint64(0);
  const exponent = Number((all >> 52n) & 0x7ffn);
  const fraction = all & ((1n << 52n) - 1n);
  const magnitude = exponent === 0 ? fraction : fraction | (1n << 52n);
  if (magnitude === 0n) return { digits: 0n, power: 0 };
  let [digits, power] = [magnitude, Math.max(exponent, 1) - 1075];
  // An f32 has 29 zeros at the end: what is shorter is faster.
  for (const bits of [32n, 16n, 8n, 4n, 2n, 1n]) {
    if ((digits & ((1n << bits) - 1n)) === 0n) [digits, power] = [digits >> bits, power + Number(bits)];
  }
  return { digits: value < 0 ? -digits : digits, power };
}

/** ⌊√v⌋, by Newton's way from above. */
export function root(v: bigint): bigint {
  if (v < 2n) return v;
  let guess = 1n << BigInt(v.toString(16).length * 2 + 1);
  for (;;) {
    const next = (guess + v / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** x̂ of one row, whose numbers count steps of 2 to the power `step`. 0 where all are equal. */
export function exactRow(x: readonly number[], epsilon: number, step: number): number[] {
  const own = x.map(parts);
  const least = Math.min(...own.filter(({ digits }) => digits !== 0n).map(({ power }) => power), 1023);
  const whole = own.map(({ digits, power }) => (digits === 0n ? 0n : digits << BigInt(power - least)));
  const width = BigInt(x.length);
  const sum = whole.reduce((all, value) => all + value, 0n);
  const squares = whole.reduce((all, value) => all + value * value, 0n);
  const variance = width * squares - sum * sum;
  if (variance === 0n) return x.map(() => 0);
  // N²·(variance + ε) as `v · 2^even`, and so N·(x − μ) over its root.
  const added = parts(epsilon);
  const unit = 2 * (least + step);
  const even = added.digits === 0n ? unit : 2 * Math.floor(Math.min(unit, added.power) / 2);
  const v = (variance << BigInt(unit - even)) + (added.digits === 0n ? 0n : (width * width * added.digits) << BigInt(added.power - even));
  const divisor = root(v << (2n * ROOT));
  const shift = BigInt((unit - even) / 2 + FRACTION) + ROOT;
  return whole.map((value) => Number(((width * value - sum) << shift) / divisor) / 2 ** FRACTION);
}
