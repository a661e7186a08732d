/** The still figure of section 5: the net's sums for `test-0`, ever louder, before and after layer norm by the package. A file of its own, which only those fetch who see it. */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { css, palette } from "../src/colour";
import { Norm } from "../src/norm";
import { REACH } from "../src/reach";
import { heard, powers } from "../src/sequence-input";
import { candidateSums, HEADER } from "../src/sequence-sums";
import { type Figure, figureFile } from "./figure-file";
import { SOURCE, split } from "./utterances";

const MODEL = new URL("../../model/speaker.f32.bin", import.meta.url);
const UNITS = 32;
const CELL = { width: 24, height: 9 };
const HEAD = 28;
const GAP = 40;
/** Colours of each sign. */
const LEVELS = 8;

function figure(): Figure {
  const { index, files } = split(readFileSync(SOURCE));
  const { perFile } = index;
  // The first of the test.
  const place = index.splits.indexOf("1");
  const frames = index.lengths[place];
  const before = index.lengths.slice(place - (place % perFile), place).reduce((sum, length) => sum + length, 0);
  const bytes = Uint8Array.from(files[Math.floor(place / perFile)]);
  const recorded = new Float32Array(bytes.buffer, before * index.width * 4, frames * index.width);
  const weights = new Float32Array(Uint8Array.from(readFileSync(MODEL).subarray(HEADER)).buffer);
  const sums = candidateSums(weights, heard(recorded, index.width, powers(frames, "rising", 0), 0), index.width, UNITS);
  const { y } = new Norm().run(sums, UNITS, 1e-5);

  const mapWidth = frames * CELL.width;
  const [width, height] = [2 * mapWidth + GAP, HEAD + UNITS * CELL.height];
  const map = (values: Float32Array, reach: number, left: number) => {
    const cells = new Map<number, string>();
    values.forEach((value, i) => {
      const level = Math.round(Math.max(-1, Math.min(1, value / reach)) * LEVELS);
      const [column, row] = [Math.floor(i / UNITS), i % UNITS];
      cells.set(level, `${cells.get(level) ?? ""}M${left + column * CELL.width} ${HEAD + row * CELL.height}h${CELL.width}v${CELL.height}h-${CELL.width}z`);
    });
    return [...cells].map(([level, d]) => `<path class="l${level}" d="${d}"/>`).join("");
  };
  const colours = (dark: boolean) => {
    const all = palette(dark);
    const levels = Array.from({ length: 2 * LEVELS + 1 }, (_, i) => i - LEVELS);
    return levels.map((level) => `.l${level}{fill:${css(all, level / LEVELS)}}`).join("");
  };
  const style = `text{font:16px system-ui,sans-serif;fill:#1d1f24}${colours(false)}@media(prefers-color-scheme:dark){text{fill:#ecebe6}${colours(true)}}`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}"><style>${style}</style>`,
    `<text y="16">before</text><text x="${mapWidth + GAP}" y="16">after layer norm</text>`,
    map(sums, REACH.sums, 0),
    map(y, REACH.hat, mapWidth + GAP),
    "</svg>",
  ].join("");
  return { svg, width, height };
}

export function sequenceFigure(): Plugin {
  return figureFile("sequence", "Two heat maps of 32 sums by 19 frames that become ever louder. Before layer norm the colours begin faint and end strong; after it every frame has colours as strong as the next", figure);
}
