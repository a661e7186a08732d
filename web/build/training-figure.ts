/**
 * The still figures of sections 3 and 4, and the numbers in their texts, out of `training.json`, which `train-seeds.mjs` measures: the
 * page repeats no number by hand. In index.html `<!-- right: bad layer -->` stands for the
 * least and the most of ten seeds.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

export const SOURCE = fileURLToPath(new URL("../training.json", import.meta.url));

/** By scenario (or "place"), then by lane: per cent of test frames named right, a number a seed; null where the net broke. */
export type Measured = Readonly<Record<string, Readonly<Record<string, readonly (number | null)[]>>>>;

const PANELS: readonly (readonly [string, string])[] = [
  ["bad", "A bad start"],
  ["small", "Too small a start"],
  ["one", "A batch of one"],
  ["well", "All is well"],
];
const LANES: readonly (readonly [string, string])[] = [
  ["none", "no norm"],
  ["batch", "batch norm"],
  ["layer", "layer norm"],
  ["rms", "RMS norm"],
];
const PLACE_LANES: readonly (readonly [string, string])[] = [
  ["pre", "before"],
  ["post", "after"],
  ["none", "nowhere"],
];
/** In the figures' own units. */
const LEFT = 84;
const PER_CENT = 1.4;
const ROW = 20;
const WIDTH = LEFT + 100 * PER_CENT + 24;

/** A dot a seed, on an axis of per cent; dots of nets that broke lie at 0. */
function strips(lanes: readonly (readonly [string, string])[], seeds: Measured[string], label: string): string {
  const height = lanes.length * ROW + 22;
  const grid = [0, 50, 100].map((at) => `<line class="grid" x1="${LEFT + PER_CENT * at}" x2="${LEFT + PER_CENT * at}" y1="0" y2="${height - 18}"/><text x="${LEFT + PER_CENT * at}" y="${height - 4}" text-anchor="middle">${at}${at === 100 ? " %" : ""}</text>`);
  const rows = lanes.map(([key, name], i) => {
    const y = (i + 0.5) * ROW + 2;
    const dots = seeds[key].map((value) => (value === null ? `<path class="cross ${key}" d="M${LEFT - 3} ${y - 3}l6 6m0-6l-6 6"/>` : `<circle class="${key}" cx="${(LEFT + PER_CENT * value).toFixed(1)}" cy="${y}" r="3.5"/>`));
    return `<text x="${LEFT - 10}" y="${y}" dy="0.32em" text-anchor="end">${name}</text>${dots.join("")}`;
  });
  return `<svg class="strips" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}: ${lanes.map(([key, name]) => `${name} ${said(seeds[key])}`).join(", ")}">${grid.join("")}${rows.join("")}</svg>`;
}

/** The least and the most of the seeds, in whole per cent. */
function said(values: readonly (number | null)[]): string {
  const whole = values.filter((value) => value !== null).map(Math.round);
  const broke = values.length - whole.length;
  if (whole.length === 0) return `broke with all ${values.length} seeds`;
  const [least, most] = [Math.min(...whole), Math.max(...whole)];
  return `${least === most ? least : `${least} to ${most}`}\u00a0%${broke > 0 ? `, broke with ${broke} of ${values.length} seeds` : ""}`;
}

function seedsFigure(measured: Measured): string {
  const panels = PANELS.map(([key, title]) => `<div><p>${title}</p>${strips(LANES, measured[key], title)}</div>`);
  return `<div class="seeds">${panels.join("")}</div>`;
}

const BLOCKS: Readonly<Record<string, string>> = { pre: "The norm before the layers", post: "The norm after the sum", none: "No norm" };

/** A block as a diagram: boxes on the branch, and the line that runs past them. */
function block(place: string): string {
  const boxes = [...(place === "pre" ? ["norm"] : []), "layer", "max 0", "layer"];
  const [wide, gap, y] = [58, 12, 58];
  const start = 24;
  let x = start + gap;
  const parts = boxes.map((name) => {
    const box = `<rect class="${name === "norm" ? "norm" : ""}" x="${x}" y="${y - 15}" width="${wide}" height="30" rx="4"/><text x="${x + wide / 2}" y="${y}" dy="0.35em" text-anchor="middle">${name}</text>`;
    x += wide + gap;
    return box;
  });
  const sum = start + boxes.length * (wide + gap) + 2 * gap;
  const end = sum + gap + 6 + (place === "post" ? wide : 0);
  const after = place === "post" ? `<rect class="norm" x="${sum + gap + 6}" y="${y - 15}" width="${wide}" height="30" rx="4"/><text x="${sum + gap + 6 + wide / 2}" y="${y}" dy="0.35em" text-anchor="middle">norm</text>` : "";
  return `<svg class="block" data-block="${place}" viewBox="0 0 400 84" role="img" aria-label="${BLOCKS[place]}: a block adds what its layers make of its input to that input"><path class="wire" d="M8 ${y}H${sum - 9}M${sum + 9} ${y}H${end + 24}M${start - 10} ${y}V16H${sum}V${y - 9}"/><circle cx="${sum}" cy="${y}" r="9"/><path class="wire" d="M${sum - 5} ${y}h10M${sum} ${y - 5}v10"/>${parts.join("")}${after}</svg>`;
}

function placeFigure(measured: Measured): string {
  const blocks = Object.keys(BLOCKS).map((key) => `<div><p>${BLOCKS[key]}</p>${block(key)}</div>`);
  return `<div class="blocks">${blocks.join("")}</div><div class="seeds"><div><p>32 blocks, ten seeds of each</p>${strips(PLACE_LANES, measured.place, "32 blocks")}</div></div>`;
}

export function trainingFigure(): Plugin {
  return {
    name: "training-figure",
    transformIndexHtml: {
      order: "pre",
      handler(html) {
        const measured: Measured = JSON.parse(readFileSync(SOURCE, "utf8")).right;
        return html
          .replace("<!-- train-figure -->", () => seedsFigure(measured))
          .replace("<!-- place-figure -->", () => placeFigure(measured))
          .replace(/<!-- right: (\w+) (\w+) -->/g, (_, scenario: string, lane: string) => {
            const values = measured[scenario]?.[lane];
            if (!values) throw new Error(`training.json has no ${scenario} ${lane}: run train-seeds.mjs`);
            return said(values);
          });
      },
    },
  };
}
