/** Lines over the frames of a sequence, as SVG: it follows its container, the theme, paper and forced colours by itself. */
import { s } from "./dom";

export interface Line {
  readonly name: string;
  /** What style sheets call it. */
  readonly kind: string;
  readonly values: ArrayLike<number>;
}

/** Always in sight: layer norm puts the mean at 0 and the spread at 1. */
const LEVELS = [0, 1];
const MARGIN = 0.5;
const TICKS = 10;

export class Chart {
  readonly element: SVGSVGElement;

  constructor(label: string) {
    this.element = s("svg", { class: "chart", role: "img", "aria-label": label });
  }

  /** All lines have a value a frame; the frame `marked` gets a line from top to bottom. */
  show(lines: readonly Line[], marked: number): void {
    const frames = lines[0].values.length;
    const all = lines.flatMap(({ values }) => Array.from(values));
    const top = Math.max(...LEVELS, ...all) + MARGIN;
    const bottom = Math.min(...LEVELS, ...all) - MARGIN;
    const across = (frame: number) => `${(100 * (frame + 0.5)) / frames}%`;
    const down = (value: number) => `${(100 * (top - value)) / (top - bottom)}%`;
    // The plot's own units are a frame and 1, so that a line has no need to know how large it is drawn.
    const plot = s("svg", { viewBox: `-0.5 0 ${frames} ${top - bottom}`, preserveAspectRatio: "none", overflow: "visible" });
    for (const { kind, values } of lines) {
      const points = Array.from(values, (value, frame) => `${frame} ${(top - value).toFixed(4)}`);
      plot.append(s("path", { class: `line ${kind}`, d: `M${points.join("L")}` }), s("path", { class: `points ${kind}`, d: points.map((point) => `M${point}h0`).join("") }));
    }
    const ticks = Array.from({ length: frames }, (_, frame) => frame).filter((frame) => frame % stepOf(frames) === 0);
    this.element.replaceChildren(
      ...LEVELS.flatMap((level) => [
        s("line", { class: "grid", x1: 0, x2: "100%", y1: down(level), y2: down(level) }),
        s("text", { class: "tick", x: -6, y: down(level), dy: "0.32em", "text-anchor": "end" }, String(level)),
      ]),
      ...ticks.map((frame) => s("text", { class: "tick", x: across(frame), y: "100%", dy: "1.2em", "text-anchor": "middle" }, String(frame))),
      s("line", { class: "mark", x1: across(marked), x2: across(marked), y1: 0, y2: "100%" }),
      plot,
      ...lines.map(({ name, kind, values }) => s("text", { class: `name ${kind}`, x: "100%", dx: -4, y: down(values[frames - 1]), dy: "-0.3em", "text-anchor": "end" }, name)),
    );
  }
}

/** 1, 2 or 5 times a power of ten, so that there are not too many ticks. */
function stepOf(frames: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [1, 2, 5]) if (frames / (step * power) <= TICKS) return step * power;
  }
}
