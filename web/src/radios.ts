/** One of several, as native radio buttons that look like chips. */
import { h } from "./dom";

export interface Radios<T extends string> {
  readonly element: HTMLFieldSetElement;
  set(value: T): void;
}

/** `key` is unique over the page; `label` makes what stands on the chip of a value. */
export function radios<T extends string>(
  key: string,
  legend: string,
  values: readonly T[],
  label: (value: T) => (Node | string)[],
  onChoose: (value: T) => void,
): Radios<T> {
  const inputs = values.map((value) => h("input", { type: "radio", name: key, value }));
  inputs.forEach((input, i) => input.addEventListener("change", () => onChoose(values[i])));
  return {
    element: h(
      "fieldset",
      { class: "radios" },
      h("legend", {}, legend),
      ...values.map((value, i) => h("label", { class: "chip" }, inputs[i], ...label(value))),
    ),
    set(value) {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
