/** The dashed line that the reader places before μ or σ is revealed: by its grip in the plot, or with the slider beside the question. */
import { h, set } from "./dom";
import { shown } from "./format";
import { slider, type Slider } from "./slider";
import type { Axis, Strip } from "./strip";

export type GuessKind = "mean" | "spread";

const POSITIONS = 160;

export class Guess {
  readonly slider: Slider;
  /** What the reader has placed, if anything. */
  value: number | undefined;
  readonly #grip = h("div", { class: "grip", "aria-hidden": "true" });
  readonly #strip: Strip;
  #axis: Axis = { centre: 0, half: 1, step: 0.1 };
  #kind: GuessKind | undefined;
  #mean = 0;

  constructor(strip: Strip) {
    this.#strip = strip;
    strip.plot.append(this.#grip);
    const scale = {
      positions: POSITIONS,
      toValue: (position: number) => this.#low() + ((this.#high() - this.#low()) * position) / POSITIONS,
      toPosition: (value: number) => Math.round((POSITIONS * (value - this.#low())) / (this.#high() - this.#low())),
      text: (value: number) => shown(value, fineness(value, this.#axis.half)).text,
    };
    this.slider = slider("", "Your guess", scale, (value) => this.#place(value));
    this.#drag();
  }

  /** Nothing is guessed without a kind; a guess that is not open stays where it was placed. */
  show(kind: GuessKind | undefined, open: boolean, axis: Axis, mean: number): void {
    if (kind !== this.#kind || axis.centre !== this.#axis.centre || axis.half !== this.#axis.half) this.value = undefined;
    set(this.#grip, { hidden: !kind || !open });
    this.#kind = kind;
    this.#axis = axis;
    this.#mean = mean;
    this.#draw();
  }

  #low(): number {
    return this.#kind === "spread" ? 0 : this.#axis.centre - this.#axis.half;
  }

  #high(): number {
    return this.#kind === "spread" ? this.#axis.half : this.#axis.centre + this.#axis.half;
  }

  #place(value: number): void {
    // No finer than the slider, so that both say the same.
    const step = (this.#high() - this.#low()) / POSITIONS;
    const inside = Math.max(this.#low(), Math.min(this.#high(), value));
    this.value = this.#low() + Math.round((inside - this.#low()) / step) * step;
    this.#draw();
  }

  #draw(): void {
    if (!this.#kind) return this.#strip.art.guesses([]);
    const value = this.value ?? (this.#kind === "mean" ? this.#axis.centre : this.#axis.half / 2);
    const lines = this.#kind === "mean" ? [value] : [this.#mean + value, this.#mean - value];
    const places = lines.map((line) => this.#strip.percent(line));
    this.#strip.art.guesses(places);
    this.#grip.style.setProperty("--at", `${places[0]}%`);
    this.slider.set(value);
  }

  #drag(): void {
    let held = false;
    this.#grip.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      held = true;
      this.#grip.setPointerCapture(event.pointerId);
    });
    this.#grip.addEventListener("pointermove", (event) => {
      event.stopPropagation();
      if (!held) return;
      const value = this.#strip.valueAt(event);
      this.#place(this.#kind === "spread" ? Math.abs(value - this.#mean) : value);
    });
    for (const end of ["pointerup", "pointercancel"]) this.#grip.addEventListener(end, () => (held = false));
  }
}

/** Digits down to a thousandth of what the plot reaches to. */
export function fineness(value: number, half: number): number {
  const digit = (size: number) => Math.floor(Math.log10(Math.abs(size)));
  return value === 0 ? 4 : Math.max(1, Math.min(12, digit(value) - digit(half) + 4));
}
