/** The chosen number's way from x to y: (x − μ) / √(σ² + ε) in numbers that hold as they are displayed. */
import { EPSILON } from "./axis-norms";
import { h } from "./dom";
import { held, settle } from "./equation";
import { spoken } from "./format";
import { typeset } from "./typeset";

/** Numbers here are tenths of a few units: what is smaller than this is rounding. */
const ROUNDING = 1e-6;

export interface Way {
  readonly x: string;
  /** Absent under RMSNorm. */
  readonly mean: string | undefined;
  /** σ², or the mean square. */
  readonly square: string;
  readonly epsilon: string;
  readonly relation: string;
  readonly y: string;
}

export function equationOf(x: number, mean: number | undefined, square: number, y: number): Way {
  const { operands, relation, result } = settle(
    [{ value: x }, { value: mean ?? 0, floor: ROUNDING }, { value: square, floor: ROUNDING }, { value: EPSILON }],
    (x, mean, square, epsilon) => (x - mean) / Math.sqrt(square + epsilon),
    { value: y, floor: ROUNDING },
  );
  return { x: operands[0], mean: mean === undefined ? undefined : operands[1], square: operands[2], epsilon: operands[3], relation, y: result };
}

export function written({ x, mean, square, epsilon, relation, y }: Way): (Node | string)[] {
  const over = mean === undefined ? x : `${x} − ${held(mean)}`;
  const under = `${square} + ${epsilon}`;
  const root = h("span", { class: "root" }, h("span", { class: "root-inside" }, ...typeset(under)));
  const whole = { role: "img", "aria-label": spoken(`(${over}) / √(${under}) ${relation} ${y}`) };
  return [h("span", whole, h("span", { class: "fraction" }, h("span", {}, ...typeset(over)), h("span", {}, root)), ` ${relation} `, ...typeset(y))];
}
