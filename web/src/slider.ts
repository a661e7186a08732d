/** A labelled range input that shows its value in words. */
import { h, set } from "./dom";
import { readable, shown, spoken } from "./format";
import { symbol as setSymbol, write } from "./typeset";

/** How positions of the handle, whole numbers, stand for values. */
export interface Scale {
  readonly positions: number;
  toValue(position: number): number;
  toPosition(value: number): number;
  text?(value: number): string;
}

export function linear(min: number, max: number, positions: number): Scale {
  const step = (max - min) / positions;
  return {
    positions,
    // Written so that round values come out round: 0.1 · 3 would not.
    toValue: (position) => Math.fround(Number((min + step * position).toPrecision(6))),
    toPosition: (value) => Math.round((value - min) / step),
  };
}

/** 0, then four positions to a power of ten from 1e-12 to 10. */
export const epsilonScale: Scale = {
  positions: 53,
  toValue: (position) => (position === 0 ? 0 : Number((10 ** (-12 + (position - 1) / 4)).toPrecision(2))),
  toPosition: (value) => (value <= 0 ? 0 : Math.max(1, Math.round((Math.log10(value) + 12) * 4) + 1)),
  text: (value) => shown(value, 3).text,
};

export interface Slider {
  readonly element: HTMLElement;
  set(value: number): void;
}

export function slider(symbol: string, name: string, scale: Scale, onInput: (value: number) => void): Slider {
  const input = h("input", { type: "range", min: 0, max: scale.positions, step: 1, "aria-label": symbol ? `${symbol}, ${name}` : name });
  const output = h("span", { class: "slider-value" });
  input.addEventListener("input", () => onInput(scale.toValue(input.valueAsNumber)));
  return {
    element: h(
      "label",
      { class: "slider" },
      h("span", { class: "slider-name" }, ...(symbol ? [setSymbol(symbol), ` ${name}`] : [name])),
      output,
      input,
    ),
    set(value) {
      const position = scale.toPosition(value);
      input.value = String(position);
      input.style.setProperty("--filled", `${(100 * position) / scale.positions}%`);
      const text = scale.text?.(value) ?? readable(value);
      write(output, text);
      set(input, { "aria-valuetext": spoken(text) });
    },
  };
}
