/** The still figure of section 1: the row that the page opens with, by the package, with every step revealed. */
import type { Plugin } from "vite";
import { TITLES } from "../src/formula";
import { numbersOf } from "../src/row-equations";
import { RowModel } from "../src/row-numbers";
import { rowPart } from "../src/row-state";

const LEFT = 60;
const COLUMN = 34;
const GAP = 6;
/** Where colours are strongest, as in the panel. */
const VIVID = 2;

const state = rowPart.defaults();

export function rowFigure(): Plugin {
  return {
    name: "row-figure",
    transformIndexHtml: { order: "pre", handler: (html) => html.replace("<!-- row-figure -->", figure()) },
  };
}

function figure(): string {
  const n = new RowModel().compute(state);
  const width = COLUMN * n.x.length;
  let top = 4;
  const strip = (name: string, kind: string, values: Float32Array, half: number, height: number, base = 0, behind = "") => {
    const y = (value: number) => top + (height / 2) * (1 - value / half);
    const bars = Array.from(values, (value, i) => {
      const [from, to] = [Math.min(y(base), y(value)), Math.max(y(base), y(value))];
      const signed = kind === "signed" ? `${value < 0 ? "minus" : "plus"}" fill-opacity="${Math.min(1, 0.3 + (0.7 * Math.abs(value)) / VIVID).toFixed(2)}` : kind;
      return `<rect class="${signed}" x="${LEFT + i * COLUMN + GAP}" y="${from.toFixed(1)}" width="${COLUMN - 2 * GAP}" height="${Math.max(1, to - from).toFixed(1)}"/>`;
    });
    const label = `<text class="${name === "x̂" ? "hatted" : ""}" x="16" y="${top + height / 2 + 8}">${name === "x̂" ? "x" : name}</text>`;
    const accent = name === "x̂" ? `<text class="accent" x="18" y="${top + height / 2 + 7}">ˆ</text>` : "";
    const picture = `${label}${accent}${behind}<rect class="frame" x="${LEFT}" y="${top}" width="${width}" height="${height}"/><path class="zero" d="M${LEFT} ${y(0)}h${width}"/>${bars.join("")}`;
    top += height + 10;
    return picture;
  };
  const [high, half] = [190, 4];
  const at = (value: number) => (top + (high / 2) * (1 - value / half)).toFixed(1);
  const band = `<rect class="spread" x="${LEFT}" y="${at(n.mean + n.spread)}" width="${width}" height="${((high * n.spread) / half).toFixed(1)}"/>`;
  const mean = `<path class="middle" d="M${LEFT} ${at(n.mean)}h${width}"/><text class="middle-name" x="${LEFT + width + 6}" y="${Number(at(n.mean)) + 5}">μ</text>`;
  const strips = [
    strip("x", "raw", n.x, half, high, n.mean, band) + mean,
    strip("x̂", "signed", n.hat, 3.5, 110),
    strip("γ", "learned", n.gamma, 3, 70),
    strip("β", "learned", n.beta, 3, 70),
    strip("y", "signed", n.y, 3.5, 110),
  ];
  const alt = "Five strips of twelve bars: x with its mean and its spread, x̂ around 0, γ all 1, β all 0, and y.";
  const svg = `<svg viewBox="0 0 ${LEFT + width + 30} ${top}" role="img" aria-label="${alt}">${strips.join("")}</svg>`;
  const steps = TITLES.map((title, i) => `<li><b>${title}</b> ${numbersOf(i + 1, 0, n).map((line) => `<span>${marked(line)}</span>`).join(" ")}</li>`);
  return `${svg}<ol>${steps.join("")}</ol>`;
}

/** As typeset.ts does it, in text. */
function marked(text: string): string {
  return text
    .replace(/[dy](?=[₀-₉])/g, '<i class="symbol">$&</i>')
    .replace(/[₀-₉]+/g, (digits) => `<sub>${digits.normalize("NFKC")}</sub>`)
    .replace(/[⁻⁰¹²³⁴-⁹]+/g, (digits) => `<span class="unseen"> to the power </span><sup>${digits.normalize("NFKC")}</sup>`)
    .replaceAll("x̂", '<i class="symbol hat">x<span class="unseen"> hat</span></i>')
    .replace(/[μσεγβ]/g, (letter) => `<i class="symbol">${letter}</i>`);
}
