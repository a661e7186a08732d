/** Section 0: the scale of the weights. */
import { differing, number, type Part } from "./part";

export interface LayersState {
  /** g: every weight is a Gaussian number times it */
  weights: number;
}

export const WEIGHTS = { min: 0.5, max: 2 };

const defaults = (): LayersState => ({ weights: 1 });

export const layersPart: Part<LayersState> = {
  defaults,
  parse: (given) => ({ weights: number(given, "w", WEIGHTS.min, WEIGHTS.max) ?? 1 }),
  format: (state) => differing(state, defaults(), { weights: "w" }),
};
