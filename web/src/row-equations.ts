/** The steps in the numbers of a row, as text; an equation among them holds as it is displayed. */
import { held, settle, type Equation, type Term } from "./equation";
import { lowered } from "./format";
import type { RowNumbers } from "./row-numbers";

/** Numbers smaller than this share of what they are made of are rounding. */
const F32_NOISE = 1e-5;
const DOUBLE_NOISE = 1e-9;

/** What is displayed of `step`, 1 … 5, for the element `i`. */
export function numbersOf(step: number, i: number, n: RowNumbers): string[] {
  return [meanOf, differenceOf, spreadOf, hatOf, yOf][step - 1](n, i);
}

function meanOf(n: RowNumbers): string[] {
  const floor = meanTerm(n).floor ?? 0;
  const e = settle([{ value: n.sum, floor: floor * n.width }], (sum) => sum / n.width, meanTerm(n));
  return [`μ = ${e.operands[0]} / ${n.width} ${end(e)}`];
}

function differenceOf(n: RowNumbers, i: number): string[] {
  const e = settle([{ value: n.x[i] }, meanTerm(n)], (x, mean) => x - mean, dTerm(n, i));
  return [`d${lowered(i)} = ${e.operands[0]} − ${held(e.operands[1])} ${end(e)}`];
}

function spreadOf(n: RowNumbers): string[] {
  const e = settle([{ value: n.squares }], (squares) => squares / n.width, { value: n.variance });
  const r = settle([{ value: n.variance }], Math.sqrt, { value: n.spread });
  return [`σ² = ${e.operands[0]} / ${n.width} ${end(e)}`, `σ = √${r.operands[0]} ${end(r)}`];
}

function hatOf(n: RowNumbers, i: number): string[] {
  if (n.root === 0) return [`x̂${lowered(i)} is 0: 0 / 0 has no value, and the package writes 0`];
  const e = settle(
    [dTerm(n, i), { value: n.variance }, { value: n.epsilon }],
    (d, variance, epsilon) => d / Math.sqrt(variance + epsilon),
    hatTerm(n, i),
  );
  return [`x̂${lowered(i)} = ${e.operands[0]} / √(${e.operands[1]} + ${e.operands[2]}) ${end(e)}`];
}

function yOf(n: RowNumbers, i: number): string[] {
  const scaled = Math.abs(n.gamma[i]) * Math.max(Math.abs(n.hat[i]), hatSize(n));
  const e = settle(
    [{ value: n.gamma[i] }, hatTerm(n, i), { value: n.beta[i] }],
    (gamma, hat, beta) => gamma * hat + beta,
    { value: n.y[i], floor: F32_NOISE * Math.max(scaled, Math.abs(n.beta[i])) },
  );
  return [`y${lowered(i)} = ${e.operands[0]} · ${held(e.operands[1])} + ${held(e.operands[2])} ${end(e)}`];
}

/** What d is multiplied by, and the most that ε lets it be. */
export function gainOf(n: RowNumbers): string[] {
  if (n.root === 0) return ["No gain: σ and ε are both 0"];
  const e = settle([{ value: n.variance }, { value: n.epsilon }], (variance, epsilon) => 1 / Math.sqrt(variance + epsilon), { value: n.gain });
  const gain = `Gain of this row = 1 / √(${e.operands[0]} + ${e.operands[1]}) ${end(e)}`;
  if (n.epsilon === 0) return [gain, "No bound: ε is 0"];
  const most = settle([{ value: n.epsilon }], (epsilon) => 1 / Math.sqrt(epsilon), { value: 1 / Math.sqrt(n.epsilon) });
  return [gain, `Largest gain with this ε = 1 / √${most.operands[0]} ${end(most)}`];
}

function meanTerm(n: RowNumbers): Term {
  const largest = n.x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return { value: n.mean, floor: Math.max(DOUBLE_NOISE * largest, 0.1 * F32_NOISE * n.spread) };
}

function dTerm(n: RowNumbers, i: number): Term {
  const terms = Math.max(Math.abs(n.x[i]), Math.abs(n.mean));
  return { value: n.d(i), floor: Math.max(DOUBLE_NOISE * terms, F32_NOISE * n.spread) };
}

function hatTerm(n: RowNumbers, i: number): Term {
  return { value: n.hat[i], floor: F32_NOISE * hatSize(n) };
}

/** The spread of x̂; under a large ε all x̂ are small, but the package's rounding is that of numbers around 1. */
function hatSize(n: RowNumbers): number {
  return Math.max(n.spread / n.root || 0, 0.1);
}

const end = (equation: Equation) => `${equation.relation} ${equation.result}`;
