/** The chosen number's way from x to y, in digits that hold: who computes with what is shown gets what is shown. */
import { EPSILON } from "./axis-norms";

export interface Equation {
  readonly x: string;
  /** Absent under RMSNorm. */
  readonly mean: string | undefined;
  /** σ², or the mean square. */
  readonly square: string;
  readonly y: string;
}

const Y_DECIMALS = 3;
const LEAST_DECIMALS = 3;
const MOST_DECIMALS = 9;

export function equation(x: number, mean: number | undefined, square: number, y: number): Equation {
  const shown = y.toFixed(Y_DECIMALS);
  for (let decimals = LEAST_DECIMALS; ; decimals++) {
    const [m, q] = [(mean ?? 0).toFixed(decimals), square.toFixed(decimals)];
    const again = (Number(x.toFixed(1)) - Number(m)) / Math.sqrt(Number(q) + EPSILON);
    if (decimals < MOST_DECIMALS && Number(again.toFixed(Y_DECIMALS)) !== Number(shown)) continue;
    return { x: written(x.toFixed(1)), mean: mean === undefined ? undefined : written(m), square: written(q), y: written(shown) };
  }
}

/** A real minus, and plain 0 for whatever is written with zeros alone. */
function written(digits: string): string {
  return Number(digits) === 0 ? "0" : digits.replace("-", "−");
}

export const fixed = (value: number, decimals = Y_DECIMALS) => written(value.toFixed(decimals));
