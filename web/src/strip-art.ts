/** The picture of a strip: bars and marks in SVG, which prints and which forced colours leave alone. All lengths are percentages. */
import { s, set } from "./dom";

type Direction = "standing" | "lying";

/** The share of its column that a bar leaves free on either side. */
const GAP = 0.18;

export interface Bar {
  /** Percent of the plot from the lower or left end, where the bar begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly fill?: string;
}

export class StripArt {
  readonly element = s("svg", { class: "strip-art", "aria-hidden": "true", width: "100%", height: "100%" });
  readonly #chosen = s("rect", { class: "bar-column" });
  readonly #zero = s("rect", { class: "strip-zero" });
  readonly #band = s("rect", { class: "band" });
  readonly #mean = s("rect", { class: "mean" });
  readonly #fills: SVGRectElement[];
  readonly #ends: SVGRectElement[];
  readonly #ghosts: SVGRectElement[];
  readonly #guesses = [s("line", { class: "guess" }), s("line", { class: "guess" })];
  readonly #looks: string[] = [];
  #direction: Direction = "standing";

  constructor(count: number, editable: boolean) {
    const rects = (kind: string, number: number) => Array.from({ length: number }, () => s("rect", { class: kind }));
    this.#fills = rects("bar-fill", count);
    this.#ends = rects("bar-end", editable ? count : 0);
    this.#ghosts = rects("ghost", count);
    this.element.append(this.#band, this.#chosen, this.#zero, ...this.#fills, ...this.#ends, ...this.#ghosts, this.#mean, ...this.#guesses);
    for (const hidden of [this.#band, this.#mean, ...this.#ghosts, ...this.#guesses]) show(hidden, false);
  }

  turn(direction: Direction): void {
    this.#direction = direction;
  }

  choose(index: number): void {
    this.#place(this.#chosen, this.#column(index, 0), [0, 100]);
  }

  bars(bars: readonly Bar[], zero: number): void {
    bars.forEach(({ from, to, fill }, i) => {
      // Most strips stay as they are while a bar of one is dragged.
      const looks = [this.#direction, from, to, fill].join();
      if (looks === this.#looks[i]) return;
      this.#looks[i] = looks;
      this.#place(this.#fills[i], this.#column(i, GAP), [Math.min(from, to), Math.max(from, to)]);
      if (fill) set(this.#fills[i], { fill });
      if (this.#ends[i]) this.#place(this.#ends[i], this.#column(i, GAP), [to], 4);
    });
    this.#place(this.#zero, [0, 100], [zero], 1);
  }

  /** Where each bar should end. */
  ghosts(ends: readonly Bar[] | undefined): void {
    this.#ghosts.forEach((ghost, i) => {
      show(ghost, ends !== undefined);
      if (ends) this.#place(ghost, this.#column(i, 0.06), [Math.min(ends[i].from, ends[i].to), Math.max(ends[i].from, ends[i].to)]);
    });
  }

  mean(at: number | undefined): void {
    show(this.#mean, at !== undefined);
    if (at !== undefined) this.#place(this.#mean, [0, 100], [at], 2);
  }

  band(ends: readonly [number, number] | undefined): void {
    show(this.#band, ends !== undefined);
    if (ends) this.#place(this.#band, [0, 100], ends);
  }

  guesses(at: readonly number[]): void {
    this.#guesses.forEach((line, i) => {
      show(line, i < at.length);
      if (i >= at.length) return;
      const across = this.#direction === "lying" ? `${at[i]}%` : `${100 - at[i]}%`;
      const [along, other] = this.#direction === "lying" ? ["y", "x"] : ["x", "y"];
      set(line, { [`${along}1`]: "0%", [`${along}2`]: "100%", [`${other}1`]: across, [`${other}2`]: across });
    });
  }

  #column(index: number, gap: number): [number, number] {
    const width = 100 / this.#fills.length;
    return [width * (index + gap), width * (index + 1 - gap)];
  }

  /** A rectangle over `along` and `across`; where one number is given across, it is a line of so many pixels. */
  #place(rect: SVGRectElement, along: readonly [number, number], across: readonly number[], pixels = 0): void {
    const lying = this.#direction === "lying";
    const [start, length, other, thickness] = lying ? ["y", "height", "x", "width"] : ["x", "width", "y", "height"];
    const [low, high] = [across[0], across.at(-1) as number];
    set(rect, {
      [start]: percent(along[0]),
      [length]: percent(along[1] - along[0]),
      [other]: percent(lying ? low : 100 - high),
      [thickness]: pixels || percent(high - low),
    });
  }
}

const percent = (value: number) => `${Number(value.toFixed(3))}%`;

function show(element: SVGElement, visible: boolean): void {
  set(element, { display: visible ? false : "none" });
}
