/** A row of bars. An editable one is a row of sliders, and one stop for Tab. */
import { h, set } from "./dom";
import { lowered, round, shown, spoken } from "./format";
import { StripArt, type Bar } from "./strip-art";
import { keys, pointers, type Hands } from "./strip-hands";
import { symbol, write } from "./typeset";

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

export interface View {
  readonly values: ArrayLike<number>;
  readonly axis: Axis;
  readonly colour?: (value: number) => string;
  /** The bars stand on it, on the axis's centre unless it is given. */
  readonly base?: number;
  /** Differences of this size are to be read off the numbers. */
  readonly finest?: number;
  /** Outlines to be met. */
  readonly target?: ArrayLike<number>;
  /** What nobody has asked for yet is not shown. */
  readonly hidden?: boolean;
}

/** Bars lie where a finger is the pointer, or where the screen is narrow; style/strip.css has the same condition. */
const LYING = matchMedia("(max-width: 36rem), (pointer: coarse)");

export class Strip {
  readonly element: HTMLElement;
  readonly art: StripArt;
  readonly plot: HTMLElement;
  readonly #options: StripOptions;
  readonly #bars: HTMLElement[];
  readonly #which = h("span", { class: "strip-which" });
  readonly #value = h("span");
  readonly #ends = [h("span"), h("span"), h("span")];
  #view: View = { values: [], axis: { centre: 0, half: 1, step: 0.1 } };
  #selected = 0;
  /** While a bar is held its axis stays, or it would slip from the hand. */
  #held = false;

  constructor(options: StripOptions) {
    const { kind, count, onChange } = options;
    this.#options = options;
    this.art = new StripArt(count, Boolean(onChange));
    this.#bars = onChange ? Array.from({ length: count }, (_, i) => this.#slider(i)) : [];
    this.plot = h("div", { class: "strip-plot", role: onChange ? "group" : "img" }, this.art.element, ...this.#bars);
    this.#move();
    this.element = h(
      "div",
      { class: `strip ${onChange ? "editable" : "computed"}`, "data-strip": kind },
      h("div", { class: "strip-label" }, symbol(options.symbol), h("span", { class: "strip-name" }, options.name), h("span", { class: "strip-readout" }, this.#which, this.#value)),
      this.plot,
      h("div", { class: "strip-axis", "aria-hidden": "true" }, ...this.#ends),
    );
    LYING.addEventListener("change", () => this.#turn());
    this.#turn();
  }

  /** From 0 at the lower or left end of the plot to 100 at the other; cut at the edges. */
  percent(value: number): number {
    const { centre, half } = this.#view.axis;
    return 50 + 50 * Math.max(-1, Math.min(1, (value - centre) / half));
  }

  /** What the place of a pointer means. */
  valueAt(event: PointerEvent): number {
    const box = this.plot.getBoundingClientRect();
    const at = LYING.matches ? (event.clientX - box.left) / box.width : 1 - (event.clientY - box.top) / box.height;
    const { centre, half } = this.#view.axis;
    return centre + half * (2 * at - 1);
  }

  show(view: View): void {
    const axis = this.#held ? this.#view.axis : view.axis;
    this.#view = { ...view, axis };
    const { centre, half } = axis;
    [centre + half, centre, centre - half].forEach((value, i) => write(this.#ends[i], round(value)));
    this.#draw();
    this.#say();
    this.#read();
  }

  select(index: number): void {
    this.#selected = index;
    this.art.choose(index);
    this.#bars.forEach((bar, i) => (bar.tabIndex = i === index ? 0 : -1));
    this.#read();
  }

  #turn(): void {
    this.art.turn(LYING.matches ? "lying" : "standing");
    this.#bars.forEach((bar) => bar.setAttribute("aria-orientation", LYING.matches ? "horizontal" : "vertical"));
    this.#draw();
    this.select(this.#selected);
  }

  #draw(): void {
    const { values, colour, axis, base = axis.centre, target, hidden } = this.#view;
    this.element.classList.toggle("hidden-yet", hidden === true);
    const from = this.percent(base);
    const bar = (value: number): Bar => ({ from, to: this.percent(value), ...(colour && { fill: colour(value) }) });
    this.art.bars(Array.from(values, (value) => bar(hidden ? base : value)), this.percent(axis.centre));
    this.art.ghosts(target && Array.from(target, bar));
  }

  #say(): void {
    const { values, axis, hidden } = this.#view;
    const { symbol, onChange } = this.#options;
    if (!onChange) {
      const list = hidden ? "not revealed yet" : Array.from(values, (value) => spoken(shown(value, 3).text)).join(", ");
      return set(this.plot, { "aria-label": `${symbol}: ${list}` });
    }
    this.#bars.forEach((bar, i) => {
      const now = String(values[i]);
      if (bar.getAttribute("aria-valuenow") !== now) set(bar, { "aria-valuenow": now, "aria-valuetext": spoken(this.#text(values[i])) });
      set(bar, { "aria-valuemin": axis.centre - axis.half, "aria-valuemax": axis.centre + axis.half });
    });
  }

  #read(): void {
    const { values, hidden } = this.#view;
    const value = values[this.#selected] ?? 0;
    write(this.#which, `${this.#options.symbol}${lowered(this.#selected)} = `);
    write(this.#value, hidden ? "?" : this.#text(value));
  }

  #text(value: number): string {
    const finest = this.#view.finest || Infinity;
    const digits = 2 + Math.floor(Math.log10(Math.abs(value) || 1)) - Math.floor(Math.log10(finest));
    return shown(value, Math.max(3, Math.min(7, digits))).text;
  }

  #slider(index: number): HTMLElement {
    const bar = h("div", { class: "bar", role: "slider", tabindex: -1, "aria-label": `${this.#options.symbol} ${index + 1}` });
    bar.addEventListener("focus", () => this.#options.onSelect(index));
    return bar;
  }

  #move(): void {
    const { onChange, onSelect, count, symbol } = this.#options;
    const limit = (end: -1 | 1) => this.#view.axis.centre + end * this.#view.axis.half;
    const hands: Hands = {
      count,
      lying: () => LYING.matches,
      place: (index, at) => this.#change(index, limit(-1) + 2 * at * this.#view.axis.half),
      nudge: (index, steps) => this.#change(index, this.#view.values[index] + steps * this.#view.axis.step),
      toEnd: (index, end) => this.#change(index, limit(end)),
      focus: (index) => this.#bars[index].focus({ preventScroll: true }),
      hover: onSelect,
      held: (holding) => (this.#held = holding),
    };
    if (!onChange) {
      this.plot.addEventListener("pointermove", (event) => event.pointerType === "mouse" && onSelect(this.#under(event)));
      this.plot.addEventListener("click", (event) => onSelect(this.#under(event)));
      return;
    }
    set(this.plot, { "aria-label": `${symbol}: ${count} bars. Arrows along the bars choose one, arrows across change it.` });
    pointers(this.plot, hands);
    keys(this.plot, this.#bars, hands);
  }

  #under(event: MouseEvent): number {
    const box = this.plot.getBoundingClientRect();
    const at = LYING.matches ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(this.#options.count - 1, Math.floor(at * this.#options.count)));
  }

  #change(index: number, value: number): void {
    const { centre, half, step } = this.#view.axis;
    const inside = Math.max(centre - half, Math.min(centre + half, value));
    // A tenth of a key's step is as fine as a pointer can mean; more digits would only make the link long.
    const grain = step / 10;
    const rounded = centre + Math.round((inside - centre) / grain) * grain;
    this.#options.onChange?.(index, Math.fround(Number(rounded.toPrecision(9))));
  }
}
