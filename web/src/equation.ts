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

const OPERAND_DIGITS = [4, 5, 6, 7, 8, 9, 10, 11, 12];
const RESULT_DIGITS = [4, 3, 5];

export function settle(operands: readonly Term[], compute: (...values: number[]) => number, result: Term): Equation {
  let near: Equation | undefined;
  for (const digits of RESULT_DIGITS) {
    const right = resultOf(result, digits);
    for (const more of OPERAND_DIGITS) {
      const left = operands.map((term) => (negligible(term) ? ZERO : shown(term.value, more)));
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
