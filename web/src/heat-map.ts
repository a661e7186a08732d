/** Frames from left to right, coefficients from top to bottom, a value a cell; one frame is marked. */
import { colourIndex, type Palette } from "./colour";
import { h, set } from "./dom";
import { round } from "./format";
import { write } from "./typeset";

export class HeatMap {
  readonly element: HTMLElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #frame: HTMLElement;
  readonly #marker = h("div", { class: "heat-marker" });
  readonly #legend = h("canvas", { class: "legend-scale", width: 255, height: 1, "aria-hidden": "true" });
  readonly #ends = [h("span"), h("span")];
  #frames = 1;

  constructor(rows: number, title: string, onFrame: (frame: number) => void) {
    this.#canvas = h("canvas", { role: "img", height: rows });
    this.#frame = h("div", { class: "heat-frame" }, this.#canvas, this.#marker);
    // Of many rows the first and each eighth have a number.
    const labels = Array.from({ length: rows }, (_, i) => h("span", {}, rows <= 12 || i === 0 || (i + 1) % 8 === 0 ? String(i + 1) : ""));
    const legend = h("div", { class: "legend" }, this.#ends[0], this.#legend, this.#ends[1]);
    this.element = h(
      "div",
      { class: "heat" },
      h("div", { class: "heat-head" }, h("h3", {}, title), legend),
      h("div", { class: "heat-body" }, h("div", { class: "heat-labels", "aria-hidden": "true" }, ...labels), this.#frame),
    );
    const choose = (event: PointerEvent) => {
      const box = this.#frame.getBoundingClientRect();
      const frame = Math.floor(((event.clientX - box.left) / box.width) * this.#frames);
      onFrame(Math.max(0, Math.min(this.#frames - 1, frame)));
    };
    this.#frame.addEventListener("pointerdown", choose);
    this.#frame.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) choose(event);
    });
  }

  /** `values`: frames × rows; a value of ±`reach` has the strongest colour. */
  show(values: ArrayLike<number>, reach: number, colours: Palette, marked: number, label: string): void {
    const rows = this.#canvas.height;
    const frames = values.length / rows;
    this.#frames = frames;
    set(this.#canvas, { width: frames, "aria-label": label });
    paint(this.#canvas, colours, (column, row) => values[column * rows + row] / reach);
    paint(this.#legend, colours, (column) => (2 * column) / (this.#legend.width - 1) - 1);
    this.#ends.forEach((end, i) => write(end, round(i === 0 ? -reach : reach)));
    this.mark(marked);
  }

  mark(frame: number): void {
    this.#marker.style.left = `${(100 * frame) / this.#frames}%`;
    this.#marker.style.width = `${100 / this.#frames}%`;
  }
}

/** One pixel a cell; the style sheet makes them large. */
function paint(canvas: HTMLCanvasElement, colours: Palette, t: (column: number, row: number) => number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { width, height } = canvas;
  const image = context.createImageData(width, height);
  for (let row = 0, at = 0; row < height; row++) {
    for (let column = 0; column < width; column++, at += 4) {
      const from = colourIndex(t(column, row));
      image.data.set(colours.subarray(from, from + 3), at);
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}
