/** How far results are from exact, as two histograms back to back: ours on the left, what is usual on the right. */
import { h, s, set } from "./dom";
import type { Results } from "./integers-compare";
import { write } from "./typeset";

export const NAMES = ["up to ½", "to 2", "to 8", "to 32", "to 128", "to 512", "to 2048", "to 8192", "more", "no number"];
/** Upper ends of the classes; a last one is for what is no number. */
const ENDS = [0.5, 2, 8, 32, 128, 512, 2048, 8192, Infinity];
/** What the arithmetic of this page itself may be off. */
const SLACK = 2 ** -20;

export class Histograms {
  readonly element: HTMLElement;
  readonly #unit = h("span");
  readonly #usual = h("th", { scope: "col" });
  readonly #rows: readonly { row: HTMLElement; counts: readonly HTMLElement[]; bars: readonly SVGRectElement[] }[];

  constructor() {
    this.#rows = NAMES.map((name) => {
      const counts = [h("span", { class: "count" }), h("span", { class: "count" })];
      const bars = ["ours", "usual"].map((kind) => s("rect", { class: kind, height: "100%" }));
      const picture = (i: number) => s("svg", { class: "error-bar", "aria-hidden": "true" }, bars[i]);
      return { counts, bars, row: h("tr", {}, h("td", { class: "left" }, counts[0], picture(0)), h("th", { scope: "row" }, name), h("td", {}, picture(1), counts[1])) };
    });
    this.element = h(
      "table",
      { class: "errors" },
      h("caption", {}, "How many results are how far from exact, in ", this.#unit),
      h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "left" }, "this package"), h("td"), this.#usual)),
      h("tbody", {}, ...this.#rows.map(({ row }) => row)),
    );
  }

  show(unit: string, usualName: string, results: readonly [Results, Results]): void {
    write(this.#unit, unit);
    write(this.#usual, usualName);
    const all = results.map(classes);
    const total = results[0].errors.length;
    this.#rows.forEach(({ row, counts, bars }, i) => {
      all.forEach((own, side) => {
        const share = (100 * own[i]) / total;
        counts[side].textContent = String(own[i]);
        set(bars[side], { width: `${share.toFixed(2)}%`, x: side === 0 ? `${(100 - share).toFixed(2)}%` : 0 });
      });
      set(row, { "data-empty": all.every((own) => own[i] === 0) });
    });
  }
}

/** How many results are in each class. */
export function classes({ errors }: Results): number[] {
  const counts = NAMES.map(() => 0);
  for (const error of errors) counts[Number.isNaN(error) ? ENDS.length : ENDS.findIndex((end) => Math.abs(error) <= end + SLACK)]++;
  return counts;
}
