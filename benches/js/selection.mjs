// What a run measures: everything, or what the words of `--only` name.
import { SHAPES, label, verbs } from "./shapes.mjs";
import { VERBS } from "./work.mjs";

export const ENGINES = ["Node", "Chromium", "native"];
const OURS = "layernorm";
const FOR_THE_BUDGET = ["in-place", "statistics"].map((form) => `${OURS}-${form}`);

/** A word is an engine, a shape ("512x768"), a verb, or part of a contender's name. Ours is always there. */
export function selection(words) {
  const wanted = words.map((word) => word.replace(/(?<=\d)x(?=\d)/, "×").toLowerCase());
  const named = (names) => names.filter((name) => wanted.includes(name.toLowerCase()));
  const some = (names) => (named(names).length ? named(names) : names);
  const labels = some(SHAPES.map(label));
  const kept = some(VERBS);
  const rest = wanted.filter((word) => ![...ENGINES, ...SHAPES.map(label), ...VERBS].some((name) => name.toLowerCase() === word));
  const shape = rest.find((word) => /^\d+×\d+$/.test(word));
  if (shape) throw new Error(`${shape}: the shapes are ${SHAPES.map(label).join(", ")}`);
  return {
    engines: some(ENGINES),
    shapes: SHAPES.filter((shape) => labels.includes(label(shape))),
    // A verb that is asked for is measured at every shape.
    verbs: (shape) => (kept.length < VERBS.length ? kept : verbs(shape)),
    // Some forms of ours are there for the budget alone. Time would mislead: in place, call after call, γ to a high power
    // makes numbers subnormal.
    contender: (name) => name === OURS || (!FOR_THE_BUDGET.includes(name) && (!rest.length || rest.some((word) => name.includes(word)))),
  };
}
