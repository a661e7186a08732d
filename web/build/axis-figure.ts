/** The figure of section 2 as index.html has it before any script runs: the same batch, and whom three of the norms put together. */
import type { Plugin } from "vite";
import { record } from "../src/axis-data";
import { sharers } from "../src/axis-sets";
import { EXAMPLES, FEATURES, placeOf, STEPS, UNTOUCHED, type NormName } from "../src/axis-shape";
import { axisPart, VIVID } from "../src/axis-state";

const CELL = 10;
const ABREAST = 2;
const WIDTH = STEPS * CELL;
const HEIGHT = FEATURES * CELL;
const GAP = 12;
const MARGIN = 3;

const PANELS: readonly (readonly [NormName, string])[] = [
  ["layer", "Layer norm and RMS norm: the features of one example at one step"],
  ["batch", "Batch norm: one feature in every example, at every step"],
  ["instance", "Instance norm: one feature of one example, at all its steps"],
];

const x = record().shown;

function corner(example: number): { left: number; top: number } {
  return { left: MARGIN + (example % ABREAST) * (WIDTH + GAP), top: MARGIN + Math.floor(example / ABREAST) * (HEIGHT + GAP) };
}

function cell(index: number): string {
  const { example, feature, step } = placeOf(index);
  const { left, top } = corner(example);
  const strength = Math.min(1, Math.abs(x[index]) / VIVID.before).toFixed(2);
  return `<rect class="${x[index] < 0 ? "minus" : "plus"}" x="${left + step * CELL}" y="${top + feature * CELL}" width="${CELL - 1}" height="${CELL - 1}" fill-opacity="${strength}"/>`;
}

function outlines(norm: NormName): string {
  const set = sharers(axisPart.defaults().axisCell, norm, UNTOUCHED);
  return Array.from({ length: EXAMPLES }, (_, example) => set.map(placeOf).filter((place) => place.example === example))
    .filter((places) => places.length > 0)
    .map((places) => {
      const [first, last] = [places[0], places[places.length - 1]];
      const { left, top } = corner(first.example);
      const size = (from: number, to: number) => (to - from + 1) * CELL;
      return `<rect class="set" data-norm="${norm}" x="${left + first.step * CELL - 0.5}" y="${top + first.feature * CELL - 0.5}" width="${size(first.step, last.step)}" height="${size(first.feature, last.feature)}"/>`;
    })
    .join("");
}

function figure(): string {
  const cells = Array.from({ length: EXAMPLES * FEATURES * STEPS }, (_, index) => cell(index)).join("");
  const chosen = placeOf(axisPart.defaults().axisCell);
  const { left, top } = corner(chosen.example);
  const mark = `<rect class="mark" x="${left + chosen.step * CELL - 0.5}" y="${top + chosen.feature * CELL - 0.5}" width="${CELL}" height="${CELL}"/>`;
  const view = `0 0 ${ABREAST * (WIDTH + GAP) - GAP + 2 * MARGIN} ${(EXAMPLES / ABREAST) * (HEIGHT + GAP) - GAP + 2 * MARGIN}`;
  return PANELS.map(
    ([norm, words]) => `<div><p>${words}</p><svg viewBox="${view}" role="img" aria-label="${words}">${cells}${outlines(norm)}${mark}</svg></div>`,
  ).join("");
}

export function axisFigure(): Plugin {
  return {
    name: "axis-figure",
    transformIndexHtml: { order: "pre", handler: (html) => html.replace("<!-- axis-figure -->", figure) },
  };
}
