/** Who speaks? A row for each of nine men: his share, and the logit behind it, out of the net in f32 and in integers. */
import { h, s, set } from "./dom";
import { bits } from "./format";
import { chances, STORAGES, type Net, type Passed, type Storage } from "./sequence-net";
import "./style/speakers.css";

const NAMES: Record<Storage, string> = { f32: "f32", i16: "16-bit integers", i8: "8-bit integers" };

export class Speakers {
  readonly element: HTMLElement;
  readonly #net: Net;
  readonly #title = h("h3", { class: "who-title" });
  readonly #rows: readonly { row: HTMLElement; cells: readonly { share: HTMLElement; bar: SVGRectElement; logit: HTMLElement }[] }[];

  constructor(net: Net) {
    this.#net = net;
    this.#rows = Array.from({ length: 9 }, (_, i) => {
      const cells = STORAGES.map(() => ({ share: h("span", { class: "share" }), bar: s("rect", { height: 8 }), logit: h("code") }));
      const columns = cells.map(({ share, bar, logit }) => h("td", {}, share, s("svg", { class: "share-bar", height: 8, "aria-hidden": "true" }, bar), logit));
      return { cells, row: h("tr", {}, h("th", { scope: "row" }, String(i + 1)), ...columns) };
    });
    const head = STORAGES.map((storage) => h("th", { scope: "col" }, NAMES[storage], h("span", { class: "file-size" }, ` ${(net.bytes[storage] / 1000).toFixed(1)} kB`)));
    this.element = h(
      "div",
      { class: "who" },
      this.#title,
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "speaker"), ...head)), h("tbody", {}, ...this.#rows.map(({ row }) => row))),
      h("p", { class: "who-note" }, "With each share stands the logit that it comes from: in f32 its 32 bits, in integers the number. They are the same in every browser, on servers and on microcontrollers."),
    );
  }

  /** After frame `at`. */
  show(logits: Passed["logits"], at: number, speaker: number): void {
    const shares = STORAGES.map((storage) => chances(logits[storage][at], this.#net.scale(storage)));
    const named = shares.map((own) => own.indexOf(Math.max(...own)) + 1);
    const all = named.every((name) => name === named[0]);
    const who = all ? `all three name speaker ${named[0]}` : `f32 names speaker ${named[0]}, 16 bits speaker ${named[1]}, 8 bits speaker ${named[2]}`;
    this.#title.textContent = `After frame ${at} ${who}. It is speaker ${speaker}.`;
    this.#rows.forEach(({ row, cells }, i) => {
      set(row, { "data-right": i + 1 === speaker });
      cells.forEach(({ share, bar, logit }, column) => {
        const storage = STORAGES[column];
        const value = logits[storage][at][i];
        share.textContent = `${(100 * shares[column][i]).toFixed(1)}\u00a0%`;
        set(bar, { width: `${(100 * shares[column][i]).toFixed(2)}%` });
        logit.textContent = storage === "f32" ? bits(value) : String(value).replace("-", "−");
      });
    });
  }
}
