/** The still figure of the sequence: `test-0` before and after layer norm, by the package. A file of its own, which only those fetch who see it. */
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import { css, palette } from "../src/colour";
import { Norm } from "../src/norm";
import { REACH_AFTER, REACH_BEFORE } from "../src/reach";
import { SOURCE, split } from "./utterances";

const FILE = "sequence.svg";
const CELL = { width: 24, height: 18 };
const HEAD = 28;
const GAP = 40;
/** Colours of each sign. */
const LEVELS = 8;

function figure(): { svg: string; width: number; height: number } {
  const { index, files } = split(readFileSync(SOURCE));
  const { perFile } = index;
  // The first of the test.
  const place = index.splits.indexOf("1");
  const frames = index.lengths[place];
  const before = index.lengths.slice(place - (place % perFile), place).reduce((sum, length) => sum + length, 0);
  const bytes = Uint8Array.from(files[Math.floor(place / perFile)]);
  const x = new Float32Array(bytes.buffer, before * index.width * 4, frames * index.width);
  const y = Float32Array.from(new Norm().run(x, index.width, 1e-5).y);

  const mapWidth = frames * CELL.width;
  const [width, height] = [2 * mapWidth + GAP, HEAD + index.width * CELL.height];
  const map = (values: Float32Array, reach: number, left: number) => {
    const cells = new Map<number, string>();
    values.forEach((value, i) => {
      const level = Math.round(Math.max(-1, Math.min(1, value / reach)) * LEVELS);
      const [column, row] = [Math.floor(i / index.width), i % index.width];
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
    map(x, REACH_BEFORE, 0),
    map(y, REACH_AFTER, mapWidth + GAP),
    "</svg>",
  ].join("");
  return { svg, width, height };
}

export function sequenceFigure(): Plugin {
  let file = FILE;
  return {
    name: "sequence-figure",
    configResolved(config) {
      // While developing there is nobody to write files.
      if (config.command === "serve") file = `data:image/svg+xml,${encodeURIComponent(figure().svg)}`;
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: FILE, source: figure().svg });
    },
    transformIndexHtml: {
      order: "post",
      handler(html) {
        const { width, height } = figure();
        const alt = "Two heat maps of twelve coefficients by frames, before and after layer norm: afterwards every frame has colours as strong as the next";
        return html.replace("<!-- sequence-figure -->", `<img src="${file}" alt="${alt}" width="${width}" height="${height}" loading="lazy">`);
      },
    },
  };
}
