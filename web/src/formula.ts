/** The five steps of layer norm, each a formula and below it the same with the numbers of this row, once it is revealed. */
import { h } from "./dom";
import { roving } from "./roving";
import { numbersOf } from "./row-equations";
import type { RowNumbers } from "./row-numbers";
import { power, symbol as v, write } from "./typeset";

type Piece = Node | string;

const indexed = (name: string) => h("span", {}, v(name), h("sub", {}, v("i")));
const fraction = (over: Piece[], under: Piece[]) =>
  h("span", { class: "fraction" }, h("span", {}, ...over), h("span", {}, ...under));
const root = (...inside: Piece[]) => h("span", { class: "root" }, h("span", { class: "root-inside" }, ...inside));
const sum = () => h("span", { class: "sum" }, "Σ");
const squared = () => h("span", {}, ...power("2"));

interface Step {
  readonly title: string;
  readonly spoken: string;
  formula(): Piece[];
}

const STEPS: readonly Step[] = [
  {
    title: "Find the mean",
    spoken: "mu is the sum of all x, divided by N",
    formula: () => [v("μ"), " = ", fraction(["1"], [v("N")]), sum(), indexed("x")],
  },
  {
    title: "Take it away",
    spoken: "d i is x i minus mu",
    formula: () => [indexed("d"), " = ", indexed("x"), " − ", v("μ")],
  },
  {
    title: "Measure the spread",
    spoken: "sigma squared is the sum of all d squared, divided by N",
    formula: () => [v("σ"), squared(), " = ", fraction(["1"], [v("N")]), sum(), indexed("d"), squared()],
  },
  {
    title: "Divide by it",
    spoken: "x hat i is d i divided by the root of sigma squared plus epsilon",
    formula: () => [indexed("x̂"), " = ", fraction([indexed("d")], [root(v("σ"), squared(), " + ", v("ε"))])],
  },
  {
    title: "Scale and shift, as learned",
    spoken: "y i is gamma i times x hat i, plus beta i",
    formula: () => [indexed("y"), " = ", indexed("γ"), " ", indexed("x̂"), " + ", indexed("β")],
  },
];

export const TITLES = STEPS.map(({ title }) => title);

export class Formula {
  readonly element: HTMLOListElement;
  readonly #buttons: HTMLButtonElement[];
  readonly #numbers: HTMLElement[];
  readonly #stop: (button: HTMLElement) => void;

  constructor(onStep: (step: number) => void) {
    this.#numbers = STEPS.map(() => h("span", { class: "step-numbers" }));
    this.#buttons = STEPS.map((step, i) => {
      const formula = h("span", { class: "step-formula", role: "img", "aria-label": step.spoken }, ...step.formula());
      const title = h("span", { class: "step-title" }, `${i + 1}. ${step.title}`);
      const count = h("span", { class: "step-count" }, String(i + 1));
      const button = h("button", { type: "button", class: "step" }, count, title, formula, this.#numbers[i]);
      button.addEventListener("click", () => onStep(i + 1));
      return button;
    });
    this.element = h("ol", { class: "steps", "aria-label": "The five steps" }, ...this.#buttons.map((button) => h("li", {}, button)));
    this.#stop = roving(this.element, () => this.#buttons);
  }

  show(step: number, seen: number, index: number, numbers: RowNumbers): void {
    this.#buttons.forEach((button, i) => {
      const lines = i < seen ? numbersOf(i + 1, index, numbers) : [];
      this.#write(i, lines);
      button.classList.toggle("unrevealed", i >= seen);
      if (i + 1 !== step) return button.removeAttribute("aria-current");
      if (button.hasAttribute("aria-current")) return;
      button.setAttribute("aria-current", "step");
      this.#stop(button);
    });
  }

  #write(i: number, lines: readonly string[]): void {
    const place = this.#numbers[i];
    while (place.childElementCount > lines.length) place.lastElementChild?.remove();
    while (place.childElementCount < lines.length) place.append(h("span", { class: "equation" }));
    lines.forEach((line, k) => write(place.children[k], line));
  }
}
