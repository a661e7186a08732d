// What a run measures: everything, or what the words of `--only` name.
import { OURS } from "./measure.mjs";
import { SHAPES, VERBS, label, tasks } from "./shapes.mjs";

export const ENGINES = ["Node", "Chromium", "native"];

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
    tasks: (shape) => tasks(shape).filter(({ verb }) => kept.includes(verb)),
    contender: (name) => name === OURS || !rest.length || rest.some((word) => name.includes(word)),
  };
}
