/** Above the bars: examples to load, what can be done to a whole row, and Reset. One stop for Tab. */
import { h, set } from "./dom";
import { PRESETS } from "./presets";
import { resetButton } from "./reset";
import { roving } from "./roving";
import { presetState, STEPS, type RowState } from "./row-state";
import type { Store } from "./store";
import { typeset } from "./typeset";

const WHOLE_ROW: readonly { name: string; act: (value: number) => number }[] = [
  { name: "x + 1", act: (value) => Math.fround(value + 1) },
  { name: "x · 2", act: (value) => Math.fround(value * 2) },
  { name: "x / 2", act: (value) => Math.fround(value / 2) },
];

export interface RowTools {
  readonly element: HTMLElement;
  show(state: Readonly<RowState>): void;
}

export function rowTools(store: Store): RowTools {
  const chips = Object.entries(PRESETS).map(([preset, { name }]) => {
    const chip = h("button", { type: "button", class: "chip", "data-preset": preset }, ...typeset(name));
    // Who has not seen every step is asked anew.
    chip.addEventListener("click", () => store.update(presetState(preset, store.state.seen === STEPS ? STEPS : 0)));
    return chip;
  });
  const acts = WHOLE_ROW.map(({ name, act }) => {
    const button = h("button", { type: "button", class: "chip tool" }, ...typeset(name));
    button.addEventListener("click", () => store.update({ x: store.state.x.map(act) }));
    return button;
  });
  const reset = resetButton(store, "row");
  const element = h(
    "div",
    { class: "row-tools", role: "toolbar", "aria-label": "The row" },
    h("div", { class: "chips", role: "group", "aria-label": "Examples" }, ...chips),
    h("div", { class: "chips", role: "group", "aria-label": "Every x, and back" }, ...acts, reset),
  );
  roving(element, () => [...chips, ...acts, reset]);
  return {
    element,
    show(state) {
      for (const chip of chips) {
        const { x } = PRESETS[chip.dataset.preset as string];
        const shown = chip.dataset.preset === state.preset && x.every((value, i) => Math.fround(value) === Math.fround(state.x[i]));
        set(chip, { "aria-pressed": String(shown) });
      }
      // f32 ends at 3.4·10³⁸, and what is no number has no norm.
      acts.forEach((button, i) => (button.disabled = !state.x.every((value) => Number.isFinite(WHOLE_ROW[i].act(value)))));
    },
  };
}
