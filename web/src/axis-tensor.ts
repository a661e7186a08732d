/**
 * The batch as a picture: for each example a little grid, features down and time steps across. One cell is chosen. The cells
 * that share its statistics stand shoulder to shoulder in an outline, the others keep apart.
 */
import { EXAMPLES, FEATURES, indexOf, isPresent, placeOf, STEPS, stepsOf, type Experiment } from "./axis-shape";
import { colourIndex, type Palette } from "./colour";
import { h, s, set } from "./dom";

const CELL = 24;
const LEFT = 13;
const TOP = 25;
const WIDTH = LEFT + STEPS * CELL + 1;
const HEIGHT = TOP + FEATURES * CELL + 1;
/** By how much a cell outside the set is smaller on each side. */
const APART = 2.5;

export interface Picture {
  readonly values: ArrayLike<number>;
  /** The value whose colour is the strongest. */
  readonly vivid: number;
  readonly experiment: Experiment;
  readonly chosen: number;
  readonly sharers: readonly number[];
  /** What the sharers share, written beside them. */
  readonly shared: string;
  /** A few words on each example, and whether they are important. */
  readonly notes: readonly { text: string; strong: boolean }[];
  /** What the values are. */
  readonly name: string;
  /** What a screen reader says of a cell after its place and value. */
  readonly spoken: (index: number) => string;
  readonly colours: Palette;
}

export class Tensor {
  readonly element: HTMLElement;
  readonly #recordings = Array.from({ length: EXAMPLES }, (_, example) => new Recording(example));
  readonly #cells: readonly Cell[];
  readonly #onChoose: (index: number) => void;
  readonly #mark = chosenMark();
  #experiment: Experiment | undefined;
  #chosen = 0;

  constructor(hint: string, onChoose: (index: number) => void) {
    this.#onChoose = onChoose;
    this.#cells = this.#recordings.flatMap(({ cells }) => cells).sort((a, b) => a.index - b.index);
    this.element = h(
      "div",
      { class: "tensor", role: "grid", "aria-label": "The batch", "aria-describedby": hint },
      ...this.#recordings.map(({ element }) => element),
    );
    this.element.addEventListener("click", ({ target }) => {
      const index = (target as Element).closest<SVGElement>("[data-index]")?.dataset.index;
      if (index !== undefined) this.#choose(Number(index), { preventScroll: true });
    });
    this.element.addEventListener("keydown", (event) => {
      const next = event.altKey || event.metaKey ? undefined : this.#reachedBy(event.key, event.ctrlKey);
      if (next === undefined) return;
      event.preventDefault();
      this.#choose(next, {});
    });
  }

  show(picture: Picture): void {
    this.#experiment = picture.experiment;
    const sharers = new Set(picture.sharers);
    for (const cell of this.#cells) cell.show(picture, sharers.has(cell.index));
    this.#cells[this.#chosen].element.removeAttribute("aria-selected");
    this.#cells[this.#chosen].element.setAttribute("tabindex", "-1");
    this.#chosen = picture.chosen;
    set(this.#cells[this.#chosen].element, { "aria-selected": "true", tabindex: 0 });
    for (const recording of this.#recordings) recording.show(picture);
    const { example, feature, step } = placeOf(picture.chosen);
    this.#mark.setAttribute("transform", `translate(${LEFT + step * CELL} ${TOP + feature * CELL})`);
    if (this.#mark.parentNode !== this.#recordings[example].element) this.#recordings[example].element.append(this.#mark);
  }

  #choose(index: number, focus: FocusOptions): void {
    if (!this.#experiment || !isPresent(index, this.#experiment)) return;
    this.#onChoose(index);
    this.#cells[index].element.focus(focus);
  }

  #reachedBy(key: string, control: boolean): number | undefined {
    const experiment = this.#experiment;
    if (!experiment) return undefined;
    const { example, feature, step } = placeOf(this.#chosen);
    const abreast = getComputedStyle(this.element).gridTemplateColumns.split(" ").length;
    const inExample = (other: number, place: { feature?: number; step?: number }) => {
      const last = stepsOf(other, experiment) - 1;
      if (other < 0 || last < 0) return undefined;
      return indexOf({ example: other, feature, ...place, step: Math.min(place.step ?? step, last) });
    };
    const last = stepsOf(example, experiment) - 1;
    switch (key) {
      case "ArrowRight":
        if (step < last) return inExample(example, { step: step + 1 });
        return example % abreast < abreast - 1 ? inExample(example + 1, { step: 0 }) : undefined;
      case "ArrowLeft":
        if (step > 0) return inExample(example, { step: step - 1 });
        return example % abreast > 0 ? inExample(example - 1, { step: STEPS }) : undefined;
      case "ArrowDown":
        return feature < FEATURES - 1 ? inExample(example, { feature: feature + 1 }) : inExample(example + abreast, { feature: 0 });
      case "ArrowUp":
        return feature > 0 ? inExample(example, { feature: feature - 1 }) : inExample(example - abreast, { feature: FEATURES - 1 });
      case "PageDown":
        return inExample(example + 1, {});
      case "PageUp":
        return inExample(example - 1, {});
      case "Home":
        return control ? inExample(0, { feature: 0, step: 0 }) : inExample(example, { step: 0 });
      case "End":
        return inExample(control ? experiment.batch - 1 : example, { step: STEPS, ...(control && { feature: FEATURES - 1 }) });
      default:
        return undefined;
    }
  }
}

/** Around the chosen cell; the outer ring is seen while it has the keyboard's focus. */
function chosenMark(): SVGElement {
  const ring = (inset: number, name: string) =>
    s("rect", { class: name, x: inset, y: inset, width: CELL - 2 * inset, height: CELL - 2 * inset });
  return s("g", { class: "chosen", "aria-hidden": "true" }, ring(1, "chosen-halo"), ring(1, "chosen-ring"), ring(-3.5, "chosen-focus"));
}

/** One example. */
class Recording {
  readonly element: SVGSVGElement;
  readonly cells: readonly Cell[];
  readonly #example: number;
  readonly #note = s("text", { class: "recording-note", x: WIDTH, y: 10, "text-anchor": "end", "aria-hidden": "true" });
  readonly #outlines = ["set-halo", "set-outline"].map((name) => s("rect", { class: name, "aria-hidden": "true" }));
  readonly #shared = s("text", { class: "set-name", "text-anchor": "middle", "aria-hidden": "true" });

  constructor(example: number) {
    this.#example = example;
    const rows = Array.from({ length: FEATURES }, (_, feature) =>
      Array.from({ length: STEPS }, (_, step) => new Cell(indexOf({ example, feature, step }))),
    );
    this.cells = rows.flat();
    const name = `example ${example + 1}`;
    this.element = s(
      "svg",
      { class: "recording", role: "rowgroup", "aria-label": name, viewBox: `0 0 ${WIDTH} ${HEIGHT}` },
      s("text", { class: "recording-name", x: LEFT, y: 10, "aria-hidden": "true" }, name),
      this.#note,
      ...rows.map((row) => s("g", { role: "row" }, ...row.map(({ element }) => element))),
      ...this.#outlines,
      this.#shared,
    );
  }

  show({ sharers, shared, notes, experiment }: Picture): void {
    this.element.classList.toggle("absent", stepsOf(this.#example, experiment) === 0);
    const { text, strong } = notes[this.#example];
    this.#note.textContent = text;
    this.#note.classList.toggle("strong", strong);
    const places = sharers.map(placeOf).filter(({ example }) => example === this.#example);
    for (const part of [...this.#outlines, this.#shared]) part.classList.toggle("nowhere", places.length === 0);
    if (places.length === 0) return;
    // Sets are whole rows or columns of a recording, so those at its corners say all.
    const [first, last] = [places[0], places[places.length - 1]];
    const box = {
      x: LEFT + first.step * CELL,
      y: TOP + first.feature * CELL,
      width: (last.step - first.step + 1) * CELL,
      height: (last.feature - first.feature + 1) * CELL,
    };
    for (const outline of this.#outlines) set(outline, box);
    const isColumn = box.height === FEATURES * CELL;
    this.#shared.textContent = shared;
    set(this.#shared, isColumn ? { x: box.x + box.width / 2, y: TOP - 4 } : { x: LEFT - 7, y: box.y + box.height / 2 + 4 });
  }
}

class Cell {
  readonly index: number;
  readonly element: SVGGElement;
  readonly #paint = s("rect", { class: "cell-paint" });
  readonly #text: SVGTextElement;
  readonly #x: number;
  readonly #y: number;
  #looks = "";

  constructor(index: number) {
    this.index = index;
    const { feature, step } = placeOf(index);
    this.#x = LEFT + step * CELL;
    this.#y = TOP + feature * CELL;
    this.#text = s("text", { class: "cell-text", x: this.#x + CELL / 2, y: this.#y + CELL / 2 + 3.2, "text-anchor": "middle", "aria-hidden": "true" });
    this.element = s(
      "g",
      { class: "cell", role: "gridcell", tabindex: -1, "data-index": index },
      s("rect", { class: "cell-hit", x: this.#x, y: this.#y, width: CELL, height: CELL }),
      this.#paint,
      this.#text,
    );
  }

  show({ values, vivid, experiment, colours, name, spoken }: Picture, isSharer: boolean): void {
    const present = isPresent(this.index, experiment);
    const value = values[this.index];
    const [paint, ink] = present ? tones(colours, value / vivid) : ["none", ""];
    const text = present ? short(value) : "";
    const label = present ? `${name} ${text}, ${spoken(this.index)}` : "absent";
    // A tap changes few cells, and all that need not change cost more than those that must.
    const looks = [paint, text, label, isSharer].join();
    if (looks === this.#looks) return;
    this.#looks = looks;
    const { example, feature, step } = placeOf(this.index);
    this.element.classList.toggle("absent", !present);
    set(this.element, {
      "data-shares": isSharer,
      "aria-disabled": present ? false : "true",
      "aria-label": `example ${example + 1}, feature ${feature + 1}, step ${step + 1}: ${label}`,
    });
    const apart = isSharer ? 0 : APART;
    set(this.#paint, { x: this.#x + apart, y: this.#y + apart, width: CELL - 2 * apart, height: CELL - 2 * apart });
    this.#paint.style.fill = paint;
    this.#text.style.fill = ink;
    this.#text.textContent = text;
  }
}

/** A colour of the map, and black or white, whichever is easier to read on it. */
function tones(colours: Palette, t: number): [paint: string, ink: string] {
  const at = colourIndex(t);
  const channels = [...colours.subarray(at, at + 3)];
  const [red, green, blue] = channels.map((channel) => {
    const c = channel / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [`rgb(${channels.join(" ")})`, luminance > 0.179 ? "#000" : "#fff"];
}

/** What fits into a cell. */
function short(value: number): string {
  if (value === 0) return "0";
  const text = value.toFixed(Math.abs(value) < 9.95 ? 1 : 0);
  return text === "-0.0" ? "0.0" : text.replace("-", "−");
}
