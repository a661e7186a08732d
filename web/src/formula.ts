/** The five steps of layer norm, each a formula and below it the same with the numbers of this row. */
import { h } from "./dom";
import { readable } from "./format";
import { symbol as v, typeset } from "./typeset";

export interface Numbers {
  /** The chosen element, from 0. */
  readonly index: number;
  readonly x: number;
  readonly mean: number;
  readonly sigma: number;
  readonly rstd: number;
  readonly hat: number;
  readonly gamma: number;
  readonly beta: number;
  readonly y: number;
}

type Piece = Node | string;

const indexed = (name: string, index: Piece = v("i")) => h("span", {}, v(name), h("sub", {}, index));
const fraction = (over: Piece[], under: Piece[]) =>
  h("span", { class: "fraction" }, h("span", {}, ...over), h("span", {}, ...under));
const root = (...inside: Piece[]) => h("span", { class: "root" }, h("span", { class: "root-inside" }, ...inside));
const sum = () => h("span", { class: "sum" }, "Σ");
const squared = () => h("sup", {}, "2");

interface Step {
  readonly title: string;
  readonly spoken: string;
  formula(): Piece[];
  numbers(n: Numbers): Piece[];
}

/** A negative number after a minus or a dot needs them. */
const held = (value: number) => (value < 0 ? `(${readable(value)})` : readable(value));

const STEPS: readonly Step[] = [
  {
    title: "Find the mean",
    spoken: "mu is the sum of all x, divided by N",
    formula: () => [v("μ"), " = ", fraction(["1"], [v("N")]), sum(), indexed("x")],
    numbers: (n) => [v("μ"), ` = ${readable(n.mean, 4)}`],
  },
  {
    title: "Take it away",
    spoken: "d i is x i minus mu",
    formula: () => [indexed("d"), " = ", indexed("x"), " − ", v("μ")],
    numbers: (n) => [
      indexed("d", String(n.index + 1)),
      ` = ${readable(n.x)} − ${held(n.mean)} = ${readable(n.hat / n.rstd)}`,
    ],
  },
  {
    title: "Measure the spread",
    spoken: "sigma squared is the sum of all d squared, divided by N",
    formula: () => [v("σ"), squared(), " = ", fraction(["1"], [v("N")]), sum(), indexed("d"), squared()],
    numbers: (n) => [v("σ"), ` = ${readable(n.sigma, 4)}`],
  },
  {
    title: "Divide by it",
    spoken: "x hat i is d i divided by the root of sigma squared plus epsilon",
    formula: () => [indexed("x̂"), " = ", fraction([indexed("d")], [root(v("σ"), squared(), " + ", v("ε"))])],
    numbers: (n) => [
      indexed("x̂", String(n.index + 1)),
      ` = ${readable(n.hat / n.rstd)} / ${readable(1 / n.rstd)} = ${readable(n.hat, 4)}`,
    ],
  },
  {
    title: "Scale and shift, as learned",
    spoken: "y i is gamma i times x hat i, plus beta i",
    formula: () => [indexed("y"), " = ", indexed("γ"), " ", indexed("x̂"), " + ", indexed("β")],
    numbers: (n) => [
      indexed("y", String(n.index + 1)),
      ` = ${readable(n.gamma)} · ${held(n.hat)} + ${held(n.beta)} = ${readable(n.y, 4)}`,
    ],
  },
];

export class Formula {
  readonly element: HTMLOListElement;
  readonly #buttons: HTMLButtonElement[];
  readonly #numbers: HTMLElement[];

  constructor(onStep: (step: number) => void) {
    this.#numbers = STEPS.map(() => h("span", { class: "step-numbers" }));
    this.#buttons = STEPS.map((step, i) => {
      const formula = h("span", { class: "step-formula", role: "img", "aria-label": step.spoken }, ...step.formula());
      const title = h("span", { class: "step-title" }, step.title);
      const button = h("button", { type: "button", class: "step" }, title, formula, this.#numbers[i]);
      button.addEventListener("click", () => onStep(i + 1));
      return button;
    });
    this.element = h("ol", { class: "steps" }, ...this.#buttons.map((button) => h("li", {}, button)));
  }

  show(step: number, numbers: Numbers): void {
    STEPS.forEach((each, i) => {
      const pieces = each.numbers(numbers).flatMap((piece) => (typeof piece === "string" ? typeset(piece) : [piece]));
      this.#numbers[i].replaceChildren(...pieces);
      if (i + 1 === step) this.#buttons[i].setAttribute("aria-current", "step");
      else this.#buttons[i].removeAttribute("aria-current");
    });
  }
}
