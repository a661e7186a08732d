/**
 * Five norms over the same batch. Layer norm and RMSNorm come from the package. Batch, group and instance norm are no part
 * of it: they are the plain loops below, for this page only. All divide by the biased variance (by N, not N − 1) and
 * have γ = 1, β = 0.
 */
import { LayerNorm, RmsNorm } from "layernorm";
import { partition } from "./axis-sets";
import { CELLS, EXAMPLES, FEATURES, isPresent, placeOf, STEPS, UNTOUCHED, type Experiment, type NormName } from "./axis-shape";

export const EPSILON = 1e-5;
/** How much of a batch goes into the running statistics, as in PyTorch. */
const MOMENTUM = 0.1;

/** For every cell of the batch. Where a cell is absent, NaN. */
export interface Result {
  readonly y: Float64Array;
  /** NaN under RMSNorm, which has none. */
  readonly mean: Float64Array;
  /** σ, or under RMSNorm the root of the mean square. */
  readonly spread: Float64Array;
}

interface Statistics {
  readonly mean: number;
  readonly variance: number;
}

function statistics(values: readonly number[]): Statistics {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

/** For each feature what batch norm would have kept after `earlier` batches: PyTorch keeps the unbiased variance. */
export function runningStatistics(earlier: readonly Float32Array[]): Statistics[] {
  const sets = [...partition("batch", UNTOUCHED).values()];
  return sets.map((set) =>
    earlier.reduce<Statistics>(
      (kept, x) => {
        const now = statistics(set.map((index) => x[index]));
        const unbiased = (now.variance * set.length) / (set.length - 1);
        return {
          mean: kept.mean + MOMENTUM * (now.mean - kept.mean),
          variance: kept.variance + MOMENTUM * (unbiased - kept.variance),
        };
      },
      { mean: 0, variance: 1 },
    ),
  );
}

/** Makes results; keeps the package's instances, so that a change allocates nothing in its memory. */
export class Normaliser {
  readonly #running: readonly Statistics[];
  readonly #layer = instances(LayerNorm);
  readonly #rms = instances(RmsNorm);

  constructor(running: readonly Statistics[]) {
    this.#running = running;
  }

  run(x: Float32Array, norm: NormName, experiment: Experiment): Result {
    const result = norm === "layer" || norm === "rms" ? this.#packaged(x, norm) : this.#plain(x, norm, experiment);
    for (let index = 0; index < CELLS; index++) {
      if (!isPresent(index, experiment)) result.y[index] = result.mean[index] = result.spread[index] = NaN;
    }
    return result;
  }

  /** A row of the package is one example at one time step. What is padding is a row too, which touches no other. */
  #packaged(x: Float32Array, norm: "layer" | "rms"): Result {
    const { usual, exact } = norm === "layer" ? this.#layer : this.#rms;
    for (const each of [usual, exact]) {
      each.x.set(x);
      each.forward();
    }
    const perCell = (ofRow: (row: number) => number) => Float64Array.from({ length: CELLS }, (_, index) => ofRow(Math.floor(index / FEATURES)));
    const { rstd } = exact;
    const means = exact instanceof LayerNorm ? exact.mean : undefined;
    return {
      y: Float64Array.from(usual.y),
      mean: perCell((row) => means?.[row] ?? NaN),
      // 1/0 is the package's rstd of a constant row when ε is 0.
      spread: perCell((row) => 1 / rstd[row]),
    };
  }

  #plain(x: Float32Array, norm: NormName, experiment: Experiment): Result {
    const y = new Float64Array(CELLS);
    const mean = new Float64Array(CELLS);
    const spread = new Float64Array(CELLS);
    for (const set of partition(norm, experiment).values()) {
      const kept = norm === "batch" && experiment.inference;
      const shared = kept ? this.#running[placeOf(set[0]).feature] : statistics(set.map((index) => x[index]));
      for (const index of set) {
        y[index] = (x[index] - shared.mean) / Math.sqrt(shared.variance + EPSILON);
        mean[index] = shared.mean;
        spread[index] = Math.sqrt(shared.variance);
      }
    }
    return { y, mean, spread };
  }
}

/** One with the usual ε for y, one with ε = 0 whose rstd is exactly 1/σ. */
function instances<T extends LayerNorm | RmsNorm>(kind: new (options: { width: number; rows: number; epsilon: number }) => T) {
  const shape = { width: FEATURES, rows: EXAMPLES * STEPS };
  return { usual: new kind({ ...shape, epsilon: EPSILON }), exact: new kind({ ...shape, epsilon: 0 }) };
}
