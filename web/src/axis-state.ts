/** Section 2: which norm, which cell, and what was done to the batch. */
import { EXAMPLES, FEATURES, indexOf, LENGTHS, NORMS, placeOf, STEPS, type Lengths, type NormName } from "./axis-shape";
import { choice, differing, whole, type Part } from "./part";

export const VIEWS = ["before", "after", "change"] as const;
export type View = (typeof VIEWS)[number];

/** The value that has the strongest colour. */
export const VIVID: Readonly<Record<View, number>> = { before: 3, after: 2, change: 1 };

export interface AxisState {
  axisNorm: NormName;
  /** The chosen cell, as {@link indexOf} counts. In a link: example, feature and step, each from 1. */
  axisCell: number;
  axisView: View;
  axisBatch: number;
  axisLengths: Lengths;
  axisSpoiled: boolean;
  axisShifted: boolean;
  axisInference: boolean;
}

const KEYS = {
  axisNorm: "an",
  axisView: "av",
  axisBatch: "ab",
  axisLengths: "al",
  axisSpoiled: "as",
  axisShifted: "ad",
  axisInference: "ai",
};
const CELL = "ac";

const defaults = (): AxisState => ({
  axisNorm: "layer",
  axisCell: indexOf({ example: 0, feature: 1, step: 2 }),
  axisView: "before",
  axisBatch: EXAMPLES,
  axisLengths: "equal",
  axisSpoiled: false,
  axisShifted: false,
  axisInference: false,
});

const writeCell = (index: number) => {
  const { example, feature, step } = placeOf(index);
  return [example, feature, step].map((part) => part + 1).join(".");
};

function readCell(given: URLSearchParams): number | undefined {
  const parts = /^(\d)\.(\d)\.(\d)$/.exec(given.get(CELL) ?? "");
  if (!parts) return undefined;
  const [example, feature, step] = parts.slice(1).map((part) => Number(part) - 1);
  const inside = (value: number, count: number) => value >= 0 && value < count;
  return inside(example, EXAMPLES) && inside(feature, FEATURES) && inside(step, STEPS) ? indexOf({ example, feature, step }) : undefined;
}

export const axisPart: Part<AxisState> = {
  defaults,
  parse(given) {
    const usual = defaults();
    const flag = (key: string) => given.get(key) === "true";
    return {
      axisNorm: choice(given, KEYS.axisNorm, NORMS) ?? usual.axisNorm,
      axisCell: readCell(given) ?? usual.axisCell,
      axisView: choice(given, KEYS.axisView, VIEWS) ?? usual.axisView,
      axisBatch: whole(given, KEYS.axisBatch, 1, EXAMPLES) ?? usual.axisBatch,
      axisLengths: choice(given, KEYS.axisLengths, Object.keys(LENGTHS) as Lengths[]) ?? usual.axisLengths,
      axisSpoiled: flag(KEYS.axisSpoiled),
      axisShifted: flag(KEYS.axisShifted),
      axisInference: flag(KEYS.axisInference),
    };
  },
  format(state) {
    const usual = defaults();
    const cell: [string, string][] = state.axisCell === usual.axisCell ? [] : [[CELL, writeCell(state.axisCell)]];
    return [...differing(state, usual, KEYS), ...cell];
  },
};
