/** The still figure of section 6: the histograms of what it opens with, by the same arithmetic. A file of its own, which only those fetch who see it. */
import type { Plugin } from "vite";
import { compare, judge, USUAL } from "../src/integers-compare";
import { classes, NAMES } from "../src/integers-figure";
import { integersPart } from "../src/integers-state";
import { type Figure, figureFile } from "./figure-file";

const [ROW, HEAD, MIDDLE, SIDE] = [22, 34, 100, 330];
/** The count beside a bar. */
const COUNT = 48;

function figure(): Figure {
  const state = integersPart.defaults();
  const { ours, usual } = compare(state, judge(state));
  const all = [classes(ours), classes(usual)];
  const total = ours.errors.length;
  const last = Math.max(...all.map((own) => own.findLastIndex((count) => count > 0)));
  const [width, height] = [2 * SIDE + MIDDLE, HEAD + (last + 1) * ROW];
  const rows = NAMES.slice(0, last + 1).map((name, i) => {
    const y = HEAD + i * ROW;
    const [left, right] = all.map((own) => ((SIDE - COUNT) * own[i]) / total);
    const text = (x: number, words: string, anchor: string) => `<text x="${x}" y="${y + 15}" text-anchor="${anchor}">${words}</text>`;
    return [
      `<rect class="ours" x="${(SIDE - left).toFixed(1)}" y="${y + 3}" width="${left.toFixed(1)}" height="${ROW - 6}"/>`,
      `<rect class="usual" x="${SIDE + MIDDLE}" y="${y + 3}" width="${right.toFixed(1)}" height="${ROW - 6}"/>`,
      text(0, String(all[0][i]), "start"),
      text(SIDE + MIDDLE / 2, name, "middle"),
      text(width, String(all[1][i]), "end"),
    ].join("");
  });
  const style = "text{font:16px system-ui,sans-serif;fill:#1d1f24}.ours{fill:#b4481a}.usual{fill:#6d7178}@media(prefers-color-scheme:dark){text{fill:#ecebe6}.ours{fill:#f08a55}.usual{fill:#9a9fa8}}";
  const head = `<text x="${SIDE}" y="16" text-anchor="end">this package</text><text x="${SIDE + MIDDLE}" y="16">${USUAL[state.format]}</text>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><style>${style}</style>${head}${rows.join("")}</svg>`;
  return { svg, width, height };
}

export function integersFigure(): Plugin {
  return figureFile("integers", "Two histograms back to back: every result of this package is within half a step, those of the usual algorithm are up to hundreds of steps off", figure);
}
