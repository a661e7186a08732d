/** Which cells share statistics under which norm: all that these norms differ in, but for RMSNorm, which has no mean. */
import { CELLS, isPresent, placeOf, type Experiment, type NormName, type Place } from "./axis-shape";

/** Features that share statistics under group norm. */
export const GROUP = 2;

/** Cells with the same key share their statistics. */
const KEYS: Readonly<Record<NormName, (place: Place) => string>> = {
  layer: ({ example, step }) => `${example} ${step}`,
  rms: ({ example, step }) => `${example} ${step}`,
  batch: ({ feature }) => `${feature}`,
  group: ({ example, feature }) => `${example} ${Math.floor(feature / GROUP)}`,
  instance: ({ example, feature }) => `${example} ${feature}`,
};

/** The sets of cells that share statistics; each cell that is present is in one. */
export function partition(norm: NormName, experiment: Experiment): Map<string, number[]> {
  const sets = new Map<string, number[]>();
  for (let index = 0; index < CELLS; index++) {
    if (!isPresent(index, experiment)) continue;
    const key = KEYS[norm](placeOf(index));
    const set = sets.get(key);
    if (set) set.push(index);
    else sets.set(key, [index]);
  }
  return sets;
}

/** The cells that share statistics with one that is present, itself included. */
export function sharers(index: number, norm: NormName, experiment: Experiment): number[] {
  return partition(norm, experiment).get(KEYS[norm](placeOf(index))) ?? [];
}
