/** A row of bars. An editable one is a row of sliders: drag, touch, or arrow keys. */
import { h } from "./dom";
import { readable, round } from "./format";
import { symbol, typeset } from "./typeset";

export interface Axis {
  readonly centre: number;
  readonly half: number;
  /** What an arrow key adds. */
  readonly step: number;
}

export interface StripOptions {
  /** What style sheets and tests call it. */
  readonly kind: string;
  readonly symbol: string;
  readonly name: string;
  readonly count: number;
  readonly onChange?: (index: number, value: number) => void;
  readonly onSelect: (index: number) => void;
}

export class Strip {
  readonly element: HTMLElement;
  readonly #options: StripOptions;
  readonly #bars: HTMLElement[];
  readonly #plot: HTMLElement;
  readonly #readout = h("output", { class: "strip-readout" });
  readonly #top = h("span");
  readonly #middle = h("span");
  readonly #bottom = h("span");
  #axis: Axis = { centre: 0, half: 1, step: 0.1 };
  #values: ArrayLike<number> = [];
  #selected = 0;
  /** The bar that a pointer drags, or −1. */
  #held = -1;

  constructor(options: StripOptions) {
    this.#options = options;
    this.#bars = Array.from({ length: options.count }, (_, i) => this.#bar(i));
    this.#plot = h("div", { class: "strip-plot" }, h("div", { class: "strip-zero" }), ...this.#bars);
    this.#plot.addEventListener("pointermove", (event) => {
      if (this.#held < 0) options.onSelect(this.#column(event));
    });
    if (options.onChange) this.#draggable();
    else this.#plot.setAttribute("role", "img");
    this.element = h(
      "div",
      { class: `strip ${options.onChange ? "editable" : "computed"}`, "data-strip": options.kind },
      h(
        "div",
        { class: "strip-label" },
        symbol(options.symbol),
        h("span", { class: "strip-name" }, options.name),
        this.#readout,
      ),
      this.#plot,
      h("div", { class: "strip-axis", "aria-hidden": "true" }, this.#top, this.#middle, this.#bottom),
    );
  }

  /** Something that lies behind the bars. */
  addOverlay(overlay: HTMLElement): void {
    this.#plot.prepend(overlay);
  }

  /** From 0 at the top of the plot to 100 at its bottom; cut at the edges. */
  percent(value: number): number {
    const t = (value - this.#axis.centre) / this.#axis.half;
    return 50 - 50 * Math.max(-1, Math.min(1, t));
  }

  /** The bars stand on `base`, the axis's centre unless it is given. */
  show(values: ArrayLike<number>, axis: Axis, colour: (value: number) => string, base = axis.centre): void {
    this.#axis = axis;
    const foot = this.percent(base);
    this.#values = values;
    [this.#top, this.#middle, this.#bottom].forEach((label, i) => {
      // Around 10⁷ the distance to it says more than eight digits, and takes less room.
      const sign = axis.centre !== 0 && i === 0 ? "+" : "";
      const value = i === 1 ? axis.centre : axis.half * (1 - i);
      label.replaceChildren(sign, ...typeset(round(value)));
    });
    this.#bars.forEach((bar, i) => {
      const fill = bar.firstElementChild as HTMLElement;
      const end = this.percent(values[i]);
      fill.style.top = `${Math.min(foot, end)}%`;
      fill.style.height = `${Math.abs(foot - end)}%`;
      fill.style.backgroundColor = colour(values[i]);
      bar.style.setProperty("--end", `${end}%`);
      if (!this.#options.onChange) return;
      bar.setAttribute("aria-valuemin", String(axis.centre - axis.half));
      bar.setAttribute("aria-valuemax", String(axis.centre + axis.half));
      bar.setAttribute("aria-valuenow", String(values[i]));
      bar.setAttribute("aria-valuetext", readable(values[i]));
    });
    if (!this.#options.onChange) {
      this.#plot.setAttribute("aria-label", `${this.#options.symbol}: ${Array.from(values, (v) => readable(v)).join(", ")}`);
    }
    this.#read();
  }

  select(index: number): void {
    this.#bars[this.#selected].classList.remove("selected");
    this.#selected = index;
    this.#bars[index].classList.add("selected");
    this.#read();
  }

  #read(): void {
    const value = ` = ${readable(this.#values[this.#selected] ?? 0)}`;
    const index = h("sub", {}, String(this.#selected + 1));
    this.#readout.replaceChildren(symbol(this.#options.symbol), index, ...typeset(value));
  }

  #bar(index: number): HTMLElement {
    const { onChange, onSelect } = this.#options;
    const bar = h("div", { class: "bar" }, h("span", { class: "bar-fill" }));
    if (!onChange) return bar;
    bar.setAttribute("role", "slider");
    bar.setAttribute("tabindex", "0");
    bar.setAttribute("aria-orientation", "vertical");
    bar.setAttribute("aria-label", `${this.#options.symbol} ${index + 1}`);
    bar.addEventListener("focus", () => onSelect(index));
    bar.addEventListener("keydown", (event) => {
      const { centre, half, step } = this.#axis;
      const value = this.#values[index];
      const next: Record<string, number> = {
        ArrowUp: value + step,
        ArrowRight: value + step,
        ArrowDown: value - step,
        ArrowLeft: value - step,
        PageUp: value + 5 * step,
        PageDown: value - 5 * step,
        Home: centre - half,
        End: centre + half,
      };
      if (!(event.key in next)) return;
      event.preventDefault();
      this.#change(index, next[event.key]);
    });
    return bar;
  }

  #draggable(): void {
    const set = (event: PointerEvent) => {
      const box = this.#plot.getBoundingClientRect();
      const t = 1 - (2 * (event.clientY - box.top)) / box.height;
      this.#change(this.#held, this.#axis.centre + t * this.#axis.half);
    };
    this.#plot.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      // Or the page's text would be selected along the way.
      event.preventDefault();
      this.#held = this.#column(event);
      this.#bars[this.#held].focus({ preventScroll: true });
      this.#plot.setPointerCapture(event.pointerId);
      set(event);
    });
    this.#plot.addEventListener("pointermove", (event) => this.#held >= 0 && set(event));
    for (const end of ["pointerup", "pointercancel"]) this.#plot.addEventListener(end, () => (this.#held = -1));
  }

  #column(event: PointerEvent): number {
    const box = this.#plot.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * this.#bars.length);
    return Math.max(0, Math.min(this.#bars.length - 1, column));
  }

  #change(index: number, value: number): void {
    const { centre, half, step } = this.#axis;
    const inside = Math.max(centre - half, Math.min(centre + half, value));
    // A tenth of a key's step is as fine as a pointer can mean; more digits would only make the link long.
    const grain = step / 10;
    const rounded = centre + Math.round((inside - centre) / grain) * grain;
    this.#options.onChange?.(index, Math.fround(Number(rounded.toPrecision(9))));
  }
}
