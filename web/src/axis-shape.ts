/** The shape of this section's batch, the norms it is put through, and what the reader may do to it. */

export const EXAMPLES = 8;
export const FEATURES = 4;
export const STEPS = 6;
export const CELLS = EXAMPLES * FEATURES * STEPS;

/** In the order in which they are offered. */
export const NORMS = ["layer", "batch", "rms", "group", "instance"] as const;
export type NormName = (typeof NORMS)[number];

/** Time steps of each example. */
export const LENGTHS = {
  equal: Array<number>(EXAMPLES).fill(STEPS),
  unequal: [6, 4, 5, 2, 6, 3, 5, 1],
  one: Array<number>(EXAMPLES).fill(1),
} as const;
export type Lengths = keyof typeof LENGTHS;

/** A cell's place, each part from 0. Cells are counted so that the features of one example at one step are neighbours. */
export interface Place {
  readonly example: number;
  readonly feature: number;
  readonly step: number;
}

export function indexOf({ example, feature, step }: Place): number {
  return (example * STEPS + step) * FEATURES + feature;
}

export function placeOf(index: number): Place {
  const row = Math.floor(index / FEATURES);
  return { example: Math.floor(row / STEPS), step: row % STEPS, feature: index % FEATURES };
}

/** What the reader does to the batch. */
export interface Experiment {
  readonly batch: number;
  readonly lengths: Lengths;
  readonly spoiled: boolean;
  readonly shifted: boolean;
  readonly inference: boolean;
}

/** The whole batch as it is, in training. */
export const UNTOUCHED: Experiment = { batch: EXAMPLES, lengths: "equal", spoiled: false, shifted: false, inference: false };

/** Whether the batch itself was disturbed. */
export function isDisturbed(experiment: Experiment): boolean {
  return (["batch", "lengths", "spoiled", "shifted"] as const).some((key) => experiment[key] !== UNTOUCHED[key]);
}

export function isUntouched(experiment: Experiment): boolean {
  return !isDisturbed(experiment) && !experiment.inference;
}

/**
 * What changes are measured against: a disturbed batch against the untouched one in the same mode, and inference against training.
 */
export function atFirst(experiment: Experiment): Experiment {
  return isDisturbed(experiment) ? { ...UNTOUCHED, inference: experiment.inference } : UNTOUCHED;
}

/** How many time steps of an example there are; 0 for one that is not in the batch. */
export function stepsOf(example: number, { batch, lengths }: Experiment): number {
  return example < batch ? LENGTHS[lengths][example] : 0;
}

export function isPresent(index: number, experiment: Experiment): boolean {
  const { example, step } = placeOf(index);
  return step < stepsOf(example, experiment);
}

/** The cell itself, or the nearest one that the batch still has. */
export function nearestPresent(index: number, experiment: Experiment): number {
  const { example, feature, step } = placeOf(index);
  const inBatch = Math.min(example, experiment.batch - 1);
  return indexOf({ example: inBatch, feature, step: Math.min(step, stepsOf(inBatch, experiment) - 1) });
}
