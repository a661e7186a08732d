/** Speed against width, both axes logarithmic: SVG, so that it follows the theme and survives print and forced colours. */
import { rate, type Contender, type Results } from "./bench";
import { LOOKS } from "./bench-names";
import { WIDTHS, type Call } from "./bench-shapes";
import { s } from "./dom";

const HEIGHT = 260;
const MARGIN = { left: 40, right: 100, top: 10, bottom: 40 };
/** Between the names at the ends of two lines. */
const APART = 17;

export function benchChart(results: Results, call: Call, width: number, reach: readonly [number, number]): SVGSVGElement {
  const right = width - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const [low, high] = reach.map(Math.log10);
  const first = Math.log2(WIDTHS[0]);
  const last = Math.log2(WIDTHS[WIDTHS.length - 1]);
  const x = (of: number) => MARGIN.left + ((Math.log2(of) - first) / (last - first)) * (right - MARGIN.left);
  const y = (of: number) => bottom - ((Math.log10(of) - low) / (high - low)) * (bottom - MARGIN.top);

  const parts: SVGElement[] = [];
  for (let power = Math.ceil(low); power <= high; power++) {
    const at = y(10 ** power);
    parts.push(s("line", { class: "grid", x1: MARGIN.left, x2: right, y1: at, y2: at }), tick(MARGIN.left - 8, at + 4, power));
  }
  let free = -Infinity;
  for (const each of WIDTHS) {
    // Where they would touch, the marks of the lines say enough.
    if (x(each) - free < 30) continue;
    free = x(each);
    parts.push(s("text", { class: "axis", x: x(each), y: bottom + 18, "text-anchor": "middle" }, String(each)));
  }
  parts.push(s("text", { class: "axis", x: (MARGIN.left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "width of a row"));

  const ends: { contender: Contender; at: number }[] = [];
  for (const [contender, times] of results.times) {
    const { colour, dash } = LOOKS[contender];
    const points = WIDTHS.map((each, i) => [x(each), y(rate(times, call, i))] as const);
    const line = s("g", { class: "line", "data-contender": contender });
    line.style.setProperty("--colour", `var(${colour})`);
    line.append(
      s("polyline", { points: points.map((point) => point.map((at) => at.toFixed(1)).join()).join(" "), ...(dash && { "stroke-dasharray": dash }) }),
      ...points.map(([cx, cy]) => s("circle", { cx, cy, r: 2.5 })),
    );
    parts.push(line);
    ends.push({ contender, at: points[points.length - 1][1] });
  }
  ends.sort((a, b) => a.at - b.at);
  let taken = -Infinity;
  for (const { contender, at } of ends) {
    taken = Math.max(taken + APART, at);
    const text = s("text", { class: "name", x: right + 8, y: taken + 4 }, LOOKS[contender].short);
    text.style.setProperty("--colour", `var(${LOOKS[contender].colour})`);
    parts.push(text);
  }
  return s("svg", { class: "bench-chart", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img" }, ...parts);
}

/** 10 to `power`: the fonts here have no raised digits. */
function tick(x: number, y: number, power: number): SVGElement {
  return s("text", { class: "axis", x, y, "text-anchor": "end" }, "10", s("tspan", { dy: -5, class: "power" }, String(power)));
}

/** Whole powers of ten around all rates of all charts. */
export function reachOf(results: Results): readonly [number, number] {
  const rates = [...results.times.values()].flatMap((times) =>
    (["batch", "row"] as const).flatMap((call) => WIDTHS.map((_, i) => rate(times, call, i))),
  );
  return [10 ** Math.floor(Math.log10(Math.min(...rates))), 10 ** Math.ceil(Math.log10(Math.max(...rates)))];
}
