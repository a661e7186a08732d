/** Rows through the package, through what is usual, and through exact arithmetic. */
import { LayerNorm as CodesNorm } from "layernorm/quantized";
import { exactRow } from "./integers-exact";
import { CODES, makeRows, rowsOf } from "./integers-rows";
import type { Format, IntegersState } from "./integers-state";
import { int16, int8, onePass } from "./integers-usual";
import { Norm } from "./norm";

export interface Compared {
  /** What goes in: numbers or codes. */
  readonly x: ArrayLike<number>;
  /** Exact results in the units of the format: numbers, or codes that are saturated but not rounded. */
  readonly exact: readonly number[];
  readonly ours: Results;
  readonly usual: Results;
}

export interface Results {
  readonly values: ArrayLike<number>;
  /** How far each is above exact: in codes, in f32 in ULP of max(1, |x̂|). NaN where the result is no number. */
  readonly errors: readonly number[];
  /** The worst; infinite if one is no number. */
  readonly worst: number;
  /** How many codes are the least or the largest one. */
  readonly saturated: number;
}

/** Names of what is usual. */
export const USUAL: Readonly<Record<Format, string>> = {
  f32: "one pass in f32",
  i8: "Deeploy, int8",
  u8: "Deeploy, int8, codes − 128",
  i16: "TensorFlow Lite, int16",
};

const norm = new Norm();

/** What is chosen in the section. */
export type Choice = Readonly<Pick<IntegersState, "format" | "row" | "width" | "integersEpsilon">>;

/** What is compared, and what exact arithmetic makes of it: the slower half. */
export interface Judged extends Pick<Compared, "x" | "exact"> {
  readonly rows: readonly (readonly number[])[];
}

export function judge({ format, row, width, integersEpsilon: epsilon }: Choice): Judged {
  const x = makeRows(format, row, width);
  const rows = Array.from({ length: rowsOf(width) }, (_, i) => Array.from(x.subarray(i * width, (i + 1) * width)));
  if (format === "f32") return { x, rows, exact: rows.flatMap((each) => exactRow(each, epsilon, 0)) };
  const { least, most, zero, input, output } = CODES[format];
  const clamp = (value: number) => Math.min(most, Math.max(least, value));
  const exact = rows.flatMap((each) => exactRow(each.map((code) => code - zero), epsilon, input));
  return { x, rows, exact: exact.map((value) => clamp(value * 2 ** -output + zero)) };
}

export function compare({ format, width, integersEpsilon: epsilon }: Choice, { x, rows, exact }: Judged): Compared {
  if (format === "f32") {
    const ulps = (value: number, i: number) => (value - exact[i]) / ulp(exact[i]);
    const { y } = norm.run(x as Float32Array, width, epsilon);
    const usual = rows.flatMap((each) => onePass(Float32Array.from(each), epsilon));
    return { x, exact, ours: results(y, ulps), usual: results(usual, ulps) };
  }
  const { least, most, zero, output } = CODES[format];
  const codes = (value: number, i: number) => value - exact[i];
  const ends = (value: number) => value === least || value === most;
  const usual = rows.flatMap((each) => (format === "i16" ? int16(each) : int8(each.map((code) => code - zero), -output).map((code) => code + zero)));
  return { x, exact, ours: results(quantised(format, x, width, epsilon), codes, ends), usual: results(usual, codes, ends) };
}

function quantised(format: Exclude<Format, "f32">, x: ArrayLike<number>, width: number, epsilon: number): ArrayLike<number> {
  const { input, output, zero } = CODES[format];
  const scale = (power: number) => ({ type: format, scale: 2 ** power, zeroPoint: zero });
  const made = new CodesNorm({ width, rows: x.length / width, epsilon, input: scale(input), output: scale(output) });
  try {
    made.x.set(x);
    made.forward();
    return made.y.slice();
  } finally {
    made.dispose();
  }
}

function results(values: ArrayLike<number>, errorOf: (value: number, i: number) => number, ends: (value: number) => boolean = () => false): Results {
  const errors = Array.from(values, errorOf);
  const worst = errors.reduce((most, error) => (Number.isNaN(error) ? Infinity : Math.max(most, Math.abs(error))), 0);
  return { values, errors, worst, saturated: Array.from(values).filter(ends).length };
}

/** The last place of f32 at max(1, |x|). */
function ulp(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.max(1, Math.abs(x)))) - 23);
}
