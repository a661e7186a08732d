/** Every normalised number on this page comes from here, that is, from the package. */
import { LayerNorm, RmsNorm } from "layernorm";

export interface Result {
  y: Float32Array;
  mean: Float32Array;
  rstd: Float32Array;
}

/** A resident instance that is kept while its shape and ε stay: a slider then costs no allocation in its memory. */
export class Norm {
  #norm: LayerNorm | undefined;
  #key = "";

  /** `gamma` and `beta` of `width` elements. The result is copied: views are good until the next instance is made. */
  run(x: Float32Array, width: number, epsilon: number, gamma?: Float32Array, beta?: Float32Array): Result {
    const rows = x.length / width;
    const key = [width, rows, epsilon, Boolean(gamma), Boolean(beta)].join();
    if (!this.#norm || key !== this.#key) {
      this.#norm?.dispose();
      this.#norm = new LayerNorm({ width, rows, epsilon, ...(gamma && { gamma }), ...(beta && { beta }) });
      this.#key = key;
    }
    const norm = this.#norm;
    if (gamma) norm.gamma?.set(gamma);
    if (beta) norm.beta?.set(beta);
    norm.x.set(x);
    norm.forward();
    return { y: norm.y.slice(), mean: norm.mean.slice(), rstd: norm.rstd.slice() };
  }
}

/** σ of each row. With ε = 0 the package's rstd is 1/σ, and infinite where σ is 0. */
export function sigma(rstd: Float32Array): Float32Array {
  return rstd.map((r) => 1 / r);
}

/** As {@link Norm}, without the mean: RMS norm. */
export class RootNorm {
  #norm: RmsNorm | undefined;
  #key = "";

  run(x: Float32Array, width: number, epsilon: number): Float32Array {
    const rows = x.length / width;
    const key = [width, rows, epsilon].join();
    if (!this.#norm || key !== this.#key) {
      this.#norm?.dispose();
      this.#norm = new RmsNorm({ width, rows, epsilon });
      this.#key = key;
    }
    this.#norm.x.set(x);
    this.#norm.forward();
    return this.#norm.y.slice();
  }
}
