/**
 * The numbers that share their statistics, before and after, on two axes of the same scale. Each number is a line from where it was
 * to where it comes; μ goes to 0, and what is within one σ of it goes between −1 and 1.
 */
import { s } from "./dom";
import { readable } from "./format";

const WIDTH = 380;
const HEIGHT = 156;
const LEFT = 24;
const RIGHT = 372;
const ABOVE = 36;
const BELOW = 122;
/** Axes reach at least so far, so that they rarely change. */
const LEAST = 4;

export interface Numbers {
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The position of the chosen one in both. */
  readonly chosen: number;
  /** What the axis is shifted by; under RMSNorm 0. */
  readonly centre: number;
  readonly spread: number;
  /** What stands at the foot of the line from `centre` to 0. */
  readonly name: string;
  readonly label: string;
}

export class Fan {
  readonly element = s("svg", { class: "fan", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img" });

  show({ before, after, chosen, centre, spread, name, label }: Numbers): void {
    const limit = Math.max(LEAST, Math.ceil(Math.max(...[...before, ...after].map(Math.abs))));
    const at = (value: number) => (LEFT + RIGHT) / 2 + ((RIGHT - LEFT) / 2) * (value / limit);
    const line = (i: number, name: string) => s("line", { class: name, x1: at(before[i]), y1: ABOVE, x2: at(after[i]), y2: BELOW });
    const dots = (i: number, radius: number) =>
      [at(before[i]), at(after[i])].map((cx, k) => s("circle", { class: "fan-dot", cx, cy: k === 0 ? ABOVE : BELOW, r: radius }));
    const others = before.map((_, i) => i).filter((i) => i !== chosen);
    const axis = (y: number, name: string, labels: number) => [
      s("line", { class: "fan-axis", x1: LEFT, y1: y, x2: RIGHT, y2: y }),
      s("text", { class: "fan-name", x: 4, y: y + 5 }, name),
      ...[-limit, 0, limit].map((value) =>
        s("text", { class: "fan-tick", x: at(value), y: labels, "text-anchor": value < 0 ? "start" : value > 0 ? "end" : "middle" }, readable(value, 1)),
      ),
    ];
    const corners = [at(centre - spread), ABOVE, at(centre + spread), ABOVE, at(1), BELOW, at(-1), BELOW];
    this.element.setAttribute("aria-label", label);
    this.element.replaceChildren(
      ...(spread > 0 ? [s("polygon", { class: "fan-band", points: corners.join(" ") })] : []),
      ...axis(ABOVE, "x", ABOVE - 22),
      ...axis(BELOW, "y", BELOW + 26),
      ...others.map((i) => line(i, "fan-line")),
      s("line", { class: "fan-mean", x1: at(centre), y1: ABOVE - 9, x2: at(0), y2: BELOW + 9 }),
      s("text", { class: "fan-centre", x: at(centre), y: ABOVE - 12, "text-anchor": "middle" }, name),
      ...others.flatMap((i) => dots(i, 3)),
      line(chosen, "fan-chosen"),
      ...dots(chosen, 5),
    );
  }
}
