/** What the section says of a norm, of the chosen set, and of what an experiment did. */
import { NOISE, SPOILED } from "./axis-data";
import { FEATURES, isDisturbed, isUntouched, placeOf, stepsOf, type Experiment, type NormName } from "./axis-shape";
import { GROUP } from "./axis-sets";

export const TITLES: Readonly<Record<NormName, string>> = {
  layer: "Layer norm",
  batch: "Batch norm",
  rms: "RMS norm",
  group: "Group norm",
  instance: "Instance norm",
};

const NEVER: Readonly<Record<NormName, string>> = {
  layer: "other examples or other time steps",
  batch: "other features",
  rms: "other examples or other time steps",
  group: "other examples or the features of other groups",
  instance: "other examples or other features",
};

/** Which cells one mean, or one mean square, is of. */
export function ofWhat(norm: NormName, chosen: number): string {
  const { example, feature, step } = placeOf(chosen);
  const first = Math.floor(feature / GROUP) * GROUP + 1;
  return {
    layer: `the ${FEATURES} features of example ${example + 1} at step ${step + 1}`,
    rms: `the ${FEATURES} features of example ${example + 1} at step ${step + 1}`,
    batch: `feature ${feature + 1} in every example, at every time step`,
    group: `features ${first} and ${first + GROUP - 1} of example ${example + 1}, at all its time steps`,
    instance: `feature ${feature + 1} of example ${example + 1}, at all its time steps`,
  }[norm];
}

export function who(norm: NormName, chosen: number, count: number, { inference }: Experiment): string {
  const cells = count === 1 ? "1 cell" : `${count} cells`;
  if (norm === "batch" && inference) {
    return `In inference nothing here is averaged. The ${cells} of feature ${placeOf(chosen).feature + 1} use the mean and spread that were kept from training.`;
  }
  const shared = norm === "rms" ? "one root mean square, and no mean" : "one mean and one spread";
  return `${cells} ${count === 1 ? "with" : "share"} ${shared}${count === 1 ? " of its own" : ""}: ${ofWhat(norm, chosen)}.`;
}

export function never(norm: NormName, { inference }: Experiment): string {
  if (norm === "batch" && inference) return "It looks at no other cell at all: x, and four numbers a feature that were learned or kept.";
  return `It never looks at ${NEVER[norm]}.${norm === "batch" ? " In use (inference) it takes a mean and a spread that were kept from training." : " In use (inference) it does the same as in training."}`;
}

/** What is shown as a change: less than half of the last decimal is written as none. */
export const SHOWN = 0.0005;

/** `moved`: the largest change of y in each example, NaN where it is absent. `flat`: whether σ is 0 where the chosen cell is. */
export function verdict(experiment: Experiment, moved: readonly number[], flat: boolean): string {
  if (isUntouched(experiment)) return "Disturb the batch with a button above, then choose “change of y”: which examples moved?";
  const present = moved.map((_, example) => example).filter((example) => stepsOf(example, experiment) > 0);
  const spoiledOne = experiment.spoiled && present.includes(SPOILED);
  const others = spoiledOne ? present.filter((example) => example !== SPOILED) : present;
  const movers = others.filter((example) => moved[example] >= SHOWN);
  const most = Math.max(0, ...others.map((example) => moved[example]));
  const said = [spoiledOne ? `Example ${SPOILED + 1} is noise now, up to ±${NOISE}.` : ""];
  const result =
    movers.length > 0
      ? `the y of ${whose(movers.length, others.length, spoiledOne)} moved, by up to ${most.toFixed(3)}.`
      : `every y${spoiledOne ? " of the other examples" : ""} is the same${most === 0 ? " to the last bit" : ", but for rounding"}.`;
  const inference = experiment.inference && isDisturbed(experiment);
  said.push(inference ? `In inference, ${result}` : `${result[0].toUpperCase()}${result.slice(1)}`);
  if (flat) said.push("A number that is averaged with none but itself is its own mean: x − μ = 0, σ = 0, and y = β (here 0) whatever x was.");
  return said.join(" ").trim();
}

function whose(movers: number, among: number, spoiledOne: boolean): string {
  const other = spoiledOne ? " other" : "";
  if (among === 1) return `the one${other} example`;
  return movers === among ? `all ${among}${other} examples` : `${movers} of ${among}${other} examples`;
}
