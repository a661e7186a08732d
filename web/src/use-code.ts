/** Text to be copied: a command or a program, with its button. */
import { h } from "./dom";

/** The statements that hold γ and β. */
const LEARNED = /^[ \t]*(?:pub const|static const float|const|let|static) (?:norm_)?(?:gamma|beta|GAMMA|BETA)\b[^]*?;$/m;

export class Code {
  readonly element: HTMLElement;
  readonly #code = h("code");
  readonly #copy: HTMLButtonElement;

  /** `label` names the text; `say` tells what came of a copy. */
  constructor(label: string, say: (text: string) => void, caption = "") {
    const text = h("pre", { tabindex: 0, "aria-label": label }, this.#code);
    this.#copy = h("button", { type: "button", class: "copy", "aria-label": `Copy ${label}` }, "Copy");
    this.#copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(this.#code.textContent ?? "");
        say(`Copied ${label}.`);
        this.#flash("Copied");
      } catch {
        // Pages that are not served over https may not: then it is at least chosen.
        getSelection()?.selectAllChildren(this.#code);
        say("This browser lets no page copy: the text is selected, press Ctrl C.");
        this.#flash("Selected");
      }
    });
    this.element = h("div", { class: "code" }, h("div", { class: "code-head" }, h("span", {}, caption), this.#copy), text);
  }

  show(text: string): void {
    if (text === this.#code.textContent) return;
    const parts: (Node | string)[] = [];
    let rest = text;
    for (let found = LEARNED.exec(rest); found; found = LEARNED.exec(rest)) {
      parts.push(rest.slice(0, found.index), h("span", { class: "learned" }, found[0]));
      rest = rest.slice(found.index + found[0].length);
    }
    this.#code.replaceChildren(...parts, rest);
  }

  #flash(text: string): void {
    this.#copy.textContent = text;
    setTimeout(() => (this.#copy.textContent = "Copy"), 2000);
  }
}
