/** The rows of section 6, and what their numbers stand for. */
import type { Format, Row } from "./integers-state";
import { gaussian } from "./random";

export interface Codes {
  readonly least: number;
  readonly most: number;
  /** The code of 0. */
  readonly zero: number;
  /** A step is 2 to this power, before the norm and after it. */
  readonly input: number;
  readonly output: number;
  make(values: readonly number[]): Int8Array | Uint8Array | Int16Array;
}

/** Of what comes out, x̂ up to ±8 has a code. */
export const CODES: Readonly<Record<Exclude<Format, "f32">, Codes>> = {
  i8: { least: -128, most: 127, zero: 0, input: -5, output: -4, make: (values) => Int8Array.from(values) },
  u8: { least: 0, most: 255, zero: 128, input: -5, output: -4, make: (values) => Uint8Array.from(values) },
  i16: { least: -32768, most: 32767, zero: 0, input: -8, output: -12, make: (values) => Int16Array.from(values) },
};

/** What a row is drawn from: normal numbers around a mean, two numbers in turn, or one number. In codes these count from the code of 0. */
interface Recipe {
  readonly words: string;
  draw(normal: () => number, i: number): number;
}

const normal = (words: string, mean: number, sigma: number): Recipe => ({ words, draw: (next) => mean + sigma * next() });
const inTurn = (words: string, low: number, high: number): Recipe => ({ words, draw: (_, i) => (i % 2 === 0 ? low : high) });
const constant = (words: string, value: number): Recipe => ({ words, draw: () => value });
const outlier = (words: string, sigma: number, one: number): Recipe => ({ words, draw: (next, i) => (i === 5 ? one : sigma * next()) });

const BYTES: Readonly<Record<Row, Recipe>> = {
  usual: normal("Codes around 0, σ = 20.", 0, 20),
  far: normal("Codes around 100, σ = 6.", 100, 6),
  narrow: normal("Codes around 30, σ = 1.5.", 30, 1.5),
  wide: inTurn("The least and the largest code in turn.", -128, 127),
  constant: constant("Every code is 30 above that of 0.", 30),
  outlier: outlier("Codes around 0, σ = 3, and one of 127.", 3, 127),
};

export const RECIPES: Readonly<Record<Format, Readonly<Record<Row, Recipe>>>> = {
  f32: {
    usual: normal("Numbers around 0, σ = 1.", 0, 1),
    far: normal("Numbers around 10⁷, σ = 1: neighbours are 1 apart there.", 1e7, 1),
    narrow: normal("Numbers around 1, σ = 0.001.", 1, 1e-3),
    wide: inTurn("10³⁸ and −10³⁸ in turn: their squares are beyond f32.", 1e38, -1e38),
    constant: constant("Every number is 1000.1.", 1000.1),
    outlier: outlier("Numbers around 0, σ = 1, and one of 1000.", 1, 1000),
  },
  i8: BYTES,
  u8: BYTES,
  i16: {
    usual: normal("Codes around 0, σ = 2000.", 0, 2000),
    far: normal("Codes around 20000, σ = 2000.", 20000, 2000),
    narrow: normal("Codes around 20000, σ = 300.", 20000, 300),
    wide: inTurn("The least and the largest code in turn.", -32768, 32767),
    constant: constant("Every code is 20000.", 20000),
    outlier: outlier("Codes around 0, σ = 300, and one of 32767.", 300, 32767),
  },
};

/** About so many numbers are compared, in whole rows. */
const NUMBERS = 1536;
const SEED = 6;

export const rowsOf = (width: number) => Math.max(1, Math.floor(NUMBERS / width));

/** rows × width, as the format has them: f32, or codes. */
export function makeRows(format: Format, row: Row, width: number): Float32Array | Int8Array | Uint8Array | Int16Array {
  const next = gaussian(SEED);
  const { draw } = RECIPES[format][row];
  const values = Array.from({ length: rowsOf(width) * width }, (_, i) => draw(next, i % width));
  if (format === "f32") return Float32Array.from(values);
  const { least, most, zero, make } = CODES[format];
  return make(values.map((value) => Math.min(most, Math.max(least, Math.round(value) + zero))));
}
