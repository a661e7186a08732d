/** Lines over the frames of a sequence, as SVG: it follows its container, the theme, paper and forced colours by itself. */
import { s, set } from "./dom";

export interface Line {
  readonly name: string;
  /** What style sheets call it. */
  readonly kind: string;
}

/** Always in sight: layer norm puts the mean at 0 and the spread at 1. Beside numbers that dwarf 1 a power of ten takes its place. */
const LEVELS = [0, 1];
const DWARFED = 6;
const MARGIN = 0.5;
const TICKS = 10;

export class Chart {
  readonly element: SVGSVGElement;
  readonly #levels = LEVELS.map((level) => ({
    level,
    grid: s("line", { class: "grid", x1: 0, x2: "100%" }),
    tick: s("text", { class: "tick", x: -6, dy: "0.32em", "text-anchor": "end" }, String(level)),
  }));
  readonly #ticks = s("g");
  readonly #mark = s("line", { class: "mark", y1: 0, y2: "100%" });
  readonly #plot = s("svg", { preserveAspectRatio: "none", overflow: "visible" });
  readonly #lines: readonly { line: SVGPathElement; points: SVGPathElement; name: SVGTextElement }[];
  #frames = 0;

  constructor(label: string, lines: readonly Line[]) {
    this.#lines = lines.map(({ name, kind }) => ({
      line: s("path", { class: `line ${kind}` }),
      points: s("path", { class: `points ${kind}` }),
      name: s("text", { class: `name ${kind}`, x: "100%", dx: -4, dy: "-0.3em", "text-anchor": "end" }, name),
    }));
    this.#plot.append(...this.#lines.flatMap(({ line, points }) => [line, points]));
    this.element = s(
      "svg",
      { class: "chart", role: "img", "aria-label": label },
      ...this.#levels.flatMap(({ grid, tick }) => [grid, tick]),
      this.#ticks,
      this.#mark,
      this.#plot,
      ...this.#lines.map(({ name }) => name),
    );
  }

  /** A value a frame for each line, in their order; the frame `marked` gets a line from top to bottom. */
  show(values: readonly ArrayLike<number>[], marked: number): void {
    const frames = values[0].length;
    const all = values.flatMap((own) => Array.from(own));
    const top = Math.max(...LEVELS, ...all) + MARGIN;
    const bottom = Math.min(...LEVELS, ...all) - MARGIN;
    const down = (value: number) => `${(100 * (top - value)) / (top - bottom)}%`;
    const unit = top > DWARFED ? 10 ** Math.max(0, Math.floor(Math.log10(top - MARGIN))) : 1;
    for (const { level, grid, tick } of this.#levels) {
      set(grid, { y1: down(level * unit), y2: down(level * unit) });
      set(tick, { y: down(level * unit) });
      tick.textContent = String(level * unit);
    }
    if (frames !== this.#frames) this.#ticks.replaceChildren(...ticksOf(frames).map((frame) => s("text", { class: "tick", x: across(frame, frames), y: "100%", dy: "1.2em", "text-anchor": "middle" }, String(frame))));
    this.#frames = frames;
    this.mark(marked);
    // The plot's own units are a frame and 1, so that a line has no need to know how large it is drawn.
    set(this.#plot, { viewBox: `-0.5 0 ${frames} ${top - bottom}` });
    this.#lines.forEach(({ line, points, name }, i) => {
      const places = Array.from(values[i], (value, frame) => `${frame} ${(top - value).toFixed(4)}`);
      set(line, { d: `M${places.join("L")}` });
      set(points, { d: places.map((place) => `M${place}h0`).join("") });
      set(name, { y: down(values[i][frames - 1]) });
    });
  }

  mark(frame: number): void {
    set(this.#mark, { x1: across(frame, this.#frames), x2: across(frame, this.#frames) });
  }
}

/** The middle of a frame. */
const across = (frame: number, frames: number) => `${(100 * (frame + 0.5)) / frames}%`;

function ticksOf(frames: number): number[] {
  return Array.from({ length: frames }, (_, frame) => frame).filter((frame) => frame % stepOf(frames) === 0);
}

/** 1, 2 or 5 times a power of ten, so that there are not too many ticks. */
function stepOf(frames: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) if (frames / (step * power) <= TICKS) return step * power;
  }
}
