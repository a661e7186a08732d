/** Buttons that are one stop of the Tab key; the arrow keys go from one to the next. */
import { h } from "./dom";

export function toolbar(label: string, buttons: readonly HTMLButtonElement[]): HTMLElement {
  const element = h("div", { class: "chips", role: "toolbar", "aria-label": label }, ...buttons);
  const stopAt = (button: HTMLButtonElement) => {
    for (const each of buttons) each.tabIndex = each === button ? 0 : -1;
  };
  stopAt(buttons[0]);
  element.addEventListener("focusin", ({ target }) => stopAt(target as HTMLButtonElement));
  element.addEventListener("keydown", (event) => {
    const enabled = buttons.filter(({ disabled }) => !disabled);
    const at = enabled.indexOf(event.target as HTMLButtonElement);
    const next: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1 };
    if (!(event.key in next)) return;
    event.preventDefault();
    enabled.at(next[event.key] % enabled.length)?.focus();
  });
  return element;
}

/** A button that stays pressed. */
export function toggle(name: string, text: string, onToggle: (pressed: boolean) => void): HTMLButtonElement {
  const button = h("button", { type: "button", class: "chip", "data-toggle": name, "aria-pressed": "false" }, text);
  button.addEventListener("click", () => onToggle(button.getAttribute("aria-pressed") !== "true"));
  return button;
}
