/** Curves over steps or layers, as SVG: it follows its container, the theme, paper and forced colours by itself. */
import { s, set } from "./dom";

export interface Tick {
  readonly at: number;
  readonly text: string;
}

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly Tick[];
}

export interface Curve {
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Where it ended because its net broke. */
  readonly broken?: boolean;
}

/** Powers of ten that at most fit. */
const DECADES = 6;
/** Half the width of the cross at the end of a broken curve, in pixels. */
const CROSS = 4;

/** Whole powers of ten around `values` and within `most`; what is not positive is nowhere on it. */
export function decades(values: readonly number[], most: readonly [number, number]): Axis {
  const exponents = values.filter((value) => value > 0 && Number.isFinite(value)).map(Math.log10);
  const [least, largest] = [Math.min(...exponents, 0), Math.max(...exponents, 0)];
  const from = Math.max(most[0], Math.floor(least));
  const to = Math.max(from + 1, Math.min(most[1], Math.ceil(largest)));
  const step = Math.ceil((to - from) / DECADES);
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push({ at, text: String(at) });
  return { from, to, ticks };
}

export class Plot {
  readonly element: SVGSVGElement;
  readonly #grid = s("g");
  readonly #plot = s("svg", { preserveAspectRatio: "none", overflow: "visible" });
  readonly #curves: readonly { path: SVGPathElement; dots: SVGPathElement; cross: SVGPathElement }[];
  readonly #powers: boolean;
  #axes = "";

  /** `kinds` are what style sheets call the curves; with `powers` the numbers of y are powers of ten. */
  constructor(label: string, kinds: readonly string[], powers = false) {
    this.#powers = powers;
    this.#curves = kinds.map((kind) => ({
      path: s("path", { class: `curve ${kind}` }),
      dots: s("path", { class: `dots ${kind}` }),
      cross: s("path", { class: `cross ${kind}`, d: `M${-CROSS} ${-CROSS}L${CROSS} ${CROSS}M${-CROSS} ${CROSS}L${CROSS} ${-CROSS}` }),
    }));
    this.#plot.append(...this.#curves.flatMap(({ path, dots }) => [path, dots]));
    this.element = s("svg", { class: "plot", role: "img", "aria-label": label }, this.#grid, this.#plot, ...this.#curves.map(({ cross }) => s("svg", { overflow: "visible" }, cross)));
  }

  /** Curves in the order of the kinds. With powers of ten, y is the logarithm. */
  show(x: Axis, y: Axis, curves: readonly Curve[]): void {
    const across = (at: number) => (100 * (at - x.from)) / (x.to - x.from);
    const down = (at: number) => (100 * (y.to - at)) / (y.to - y.from);
    const axes = JSON.stringify([x, y]);
    // New text is laid out anew.
    if (axes !== this.#axes) this.#drawAxes(x, y, across, down);
    this.#axes = axes;
    this.#curves.forEach(({ path, dots, cross }, i) => {
      const { points, broken } = curves[i];
      const places = points.filter(([, value]) => Number.isFinite(value)).map(([at, value]) => [across(at), down(Math.min(y.to, Math.max(y.from, value)))] as const);
      const texts = places.map(([left, top]) => `${left.toFixed(2)} ${top.toFixed(2)}`);
      set(path, { d: texts.length === 0 ? "" : `M${texts.join("L")}` });
      set(dots, { d: texts.map((text) => `M${text}h0`).join("") });
      const [left, top] = places[places.length - 1] ?? [0, 0];
      const around = cross.parentElement as unknown as SVGSVGElement;
      set(around, { x: `${left}%`, y: `${top}%` });
      around.style.display = broken ? "" : "none";
    });
  }

  #drawAxes(x: Axis, y: Axis, across: (at: number) => number, down: (at: number) => number): void {
    set(this.#plot, { viewBox: "0 0 100 100" });
    const rows = y.ticks.flatMap(({ at, text }) => {
      const top = `${down(at)}%`;
      const number = this.#powers && at !== 0 ? ["10", s("tspan", { dy: "-0.45em", class: "power" }, text.replace("-", "−"))] : [this.#powers ? "1" : text];
      return [s("line", { class: "grid", x1: 0, x2: "100%", y1: top, y2: top }), s("text", { class: "tick", x: -8, y: top, dy: "0.32em", "text-anchor": "end" }, ...number)];
    });
    const columns = x.ticks.map(({ at, text }) => s("text", { class: "tick", x: `${across(at)}%`, y: "100%", dy: "1.4em", "text-anchor": "middle" }, text));
    this.#grid.replaceChildren(...rows, ...columns);
  }
}
