/**
 * Equations that hold as they are displayed: whoever takes the displayed operands gets the displayed result. All numbers have four
 * digits at first; the operands get more until the result comes out. Where no number of digits does it, because the package rounds to
 * f32, the sign is "≈" and the last digit may be off by one.
 */
import { shown, type Shown } from "./format";

export interface Term {
  readonly value: number;
  /** Less than this is rounding, and is displayed as 0. */
  readonly floor?: number;
}

export interface Equation {
  readonly operands: readonly string[];
  readonly relation: "=" | "≈";
  readonly result: string;
}

/** Digits of the result, and up to how many the operands may have for it: short equations are tried first. */
const TRIALS: readonly (readonly [result: number, operands: number])[] = [[4, 7], [3, 8], [4, 12], [3, 12], [5, 12]];
const FEWEST = 4;

export function settle(operands: readonly Term[], compute: (...values: number[]) => number, result: Term): Equation {
  let near: Equation | undefined;
  for (const [most, longest] of TRIALS) {
    const right = resultOf(result, most);
    for (let digits = FEWEST; digits <= longest; digits++) {
      const left = operands.map((term) => (negligible(term) ? ZERO : shown(term.value, digits)));
      const error = Math.abs(compute(...left.map(({ value }) => value)) - right.value);
      const equation = { operands: left.map(({ text }) => text), result: right.text };
      // A little more than a half: halves themselves are not whole in binary. A 0 is to be exact.
      if (error <= right.unit * (right === ZERO ? 0 : 0.500001)) return { ...equation, relation: "=" };
      if (error <= (right === ZERO ? 2 * (result.floor ?? 0) : right.unit)) near ??= { ...equation, relation: "≈" };
    }
  }
  return near ?? { ...settleAtAll(operands, result), relation: "≈" };
}

const ZERO: Shown = { text: "0", value: 0, unit: 0 };

function negligible({ value, floor = 0 }: Term): boolean {
  return Math.abs(value) < floor || value === 0;
}

/** No digit of a result stands below its floor. */
function resultOf(term: Term, digits: number): Shown {
  const { value, floor = 0 } = term;
  if (negligible(term)) return ZERO;
  const most = floor > 0 ? Math.floor(Math.log10(Math.abs(value))) - Math.ceil(Math.log10(floor)) + 1 : digits;
  return shown(value, Math.max(1, Math.min(digits, most)));
}

/** Numbers beyond f32, which only a hand-made link can hold. */
function settleAtAll(operands: readonly Term[], result: Term): Omit<Equation, "relation"> {
  return { operands: operands.map(({ value }) => shown(value, 12).text), result: resultOf(result, 3).text };
}

/** A negative number after an operator needs brackets. */
export function held(text: string): string {
  return text.startsWith("−") ? `(${text})` : text;
}
