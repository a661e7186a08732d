/** A bar of buttons, which is one stop of the Tab key. */
import { h } from "./dom";
import { roving } from "./roving";

export function toolbar(label: string, buttons: readonly HTMLButtonElement[]): HTMLElement {
  const element = h("div", { class: "chips", role: "toolbar", "aria-label": label }, ...buttons);
  roving(element, () => buttons);
  return element;
}

/** A button that stays pressed. */
export function toggle(name: string, text: string, onToggle: (pressed: boolean) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "chip", "data-toggle": name, "aria-pressed": "false" }, text);
  button.addEventListener("click", () => onToggle(button.getAttribute("aria-pressed") !== "true"));
  return button;
}
