/** Tabs as the ARIA practices have them: one tab stop, arrows choose. */
import { h } from "./dom";

export interface Tab<Id extends string> {
  readonly id: Id;
  readonly name: string;
  readonly panel: HTMLElement;
}

export class Tabs<Id extends string> {
  readonly element: HTMLElement;
  readonly #buttons: HTMLButtonElement[];
  readonly #tabs: readonly Tab<Id>[];

  constructor(label: string, tabs: readonly Tab<Id>[], onChoose: (id: Id) => void) {
    this.#tabs = tabs;
    this.#buttons = tabs.map(({ id, name, panel }) => {
      panel.id = `use-panel-${id}`;
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", `use-tab-${id}`);
      const button = h("button", { type: "button", role: "tab", id: `use-tab-${id}`, class: "tab", "aria-controls": panel.id }, name);
      button.addEventListener("click", () => onChoose(id));
      return button;
    });
    const list = h("div", { role: "tablist", class: "tabs", "aria-label": label }, ...this.#buttons);
    list.addEventListener("keydown", (event) => {
      const at = this.#buttons.indexOf(event.target as HTMLButtonElement);
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (to === undefined || at < 0) return;
      event.preventDefault();
      const next = (to + tabs.length) % tabs.length;
      this.#buttons[next].focus();
      onChoose(tabs[next].id);
    });
    this.element = h("div", {}, list, ...tabs.map(({ panel }) => panel));
  }

  show(chosen: Id): void {
    this.#tabs.forEach(({ id, panel }, i) => {
      const own = id === chosen;
      panel.hidden = !own;
      this.#buttons[i].setAttribute("aria-selected", String(own));
      this.#buttons[i].tabIndex = own ? 0 : -1;
    });
  }
}
