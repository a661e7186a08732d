/**
 * Every number of the row. Normalised ones and the gain come from the package; sums, μ, d and σ are their definitions in doubles,
 * because f32 has too few digits to show them: between 10⁷ and 2·10⁷ it has none behind the point.
 */
import { Norm } from "./norm";
import type { RowState } from "./row-state";

export interface RowNumbers {
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly hat: Float32Array;
  readonly y: Float32Array;
  readonly epsilon: number;
  readonly width: number;
  readonly sum: number;
  readonly mean: number;
  /** Σd² */
  readonly squares: number;
  readonly variance: number;
  /** σ */
  readonly spread: number;
  /** √(σ² + ε) */
  readonly root: number;
  /** What the package multiplies d by: 1 / √(σ² + ε), infinite if that is 1 / 0. */
  readonly gain: number;
  d(index: number): number;
}

export class RowModel {
  readonly #plain = new Norm();
  readonly #learned = new Norm();

  compute(state: Pick<RowState, "x" | "gamma" | "beta" | "epsilon">): RowNumbers {
    const [x, gamma, beta] = [state.x, state.gamma, state.beta].map((values) => Float32Array.from(values));
    const { epsilon } = state;
    const width = x.length;
    const own = this.#plain.run(x, width, epsilon);
    const { y } = this.#learned.run(x, width, epsilon, gamma, beta);
    const sum = x.reduce((total, value) => total + value, 0);
    const mean = sum / width;
    const d = (index: number) => x[index] - mean;
    const squares = x.reduce((total, _, i) => total + d(i) ** 2, 0);
    const variance = squares / width;
    return {
      ...{ x, gamma, beta, hat: own.y, y, epsilon, width, sum, mean, squares, variance, d },
      spread: Math.sqrt(variance),
      root: Math.sqrt(variance + epsilon),
      gain: own.rstd[0],
    };
  }
}
