/** The numbers behind a picture, for those who read rather than look. */
import { h } from "./dom";
import { typeset } from "./typeset";

export interface TableContent {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export class Table {
  readonly element: HTMLDetailsElement;
  readonly #scroller: HTMLElement;
  readonly #caption: string;
  #content: () => TableContent = () => ({ head: [], rows: [] });

  /** `tools` stand above the table. */
  constructor(summary: string, ...tools: HTMLElement[]) {
    this.#caption = summary;
    this.#scroller = h("div", { class: "table-scroll", tabindex: 0, role: "region", "aria-label": summary });
    this.element = h("details", { class: "table" }, h("summary", {}, summary), ...tools, this.#scroller);
    this.element.addEventListener("toggle", () => this.#draw());
  }

  /** A closed table is not built: it would cost more than the picture. */
  show(content: () => TableContent): void {
    this.#content = content;
    this.#draw();
  }

  #draw(): void {
    if (!this.element.open) return;
    const { head, rows } = this.#content();
    const cells = (row: readonly string[]) => row.map((text, i) => (i === 0 ? h("th", { scope: "row" }, ...typeset(text)) : h("td", {}, ...typeset(text))));
    this.#scroller.replaceChildren(
      h(
        "table",
        {},
        h("caption", { class: "unseen" }, this.#caption),
        h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, ...typeset(text))))),
        h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row)))),
      ),
    );
  }
}
