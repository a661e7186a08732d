/**
 * The norms between the layers of a net that learns. Forward and backward, layer and RMS norm are the package's. Batch norm is made of
 * its layer norm: the mean of a feature over the batch is the mean of a row of the transposed batch.
 */
import { layerNorm, layerNormBackward, rmsNorm, rmsNormBackward } from "layernorm/full";
import type { NormName } from "./train-plans";

export const EPSILON = 1e-5;
/** Of the averages that batch norm keeps for use, as PyTorch has it. */
const MOMENTUM = 0.1;

/** What a step of training changes: numbers, and their gradients. */
export interface Weights {
  readonly values: Float32Array;
  readonly gradients: Float32Array;
}

export function weights(length: number, make: (i: number) => number): Weights {
  return { values: Float32Array.from({ length }, (_, i) => make(i)), gradients: new Float32Array(length) };
}

/** γ and β for `width` features; a net without norms has β alone, as the bias of a layer. */
export abstract class Norm {
  readonly width: number;
  readonly gamma: Weights;
  readonly beta: Weights;

  constructor(width: number) {
    this.width = width;
    this.gamma = weights(width, () => 1);
    this.beta = weights(width, () => 0);
  }

  /** Of rows × width; `training` is for batch norm, which then takes the averages of this batch. */
  abstract forward(x: Float32Array, training: boolean): Float32Array;
  /** The gradient of what `forward` was last given, from that of its result; adds those of γ and β. */
  abstract backward(dy: Float32Array): Float32Array;
}

class None extends Norm {
  forward(x: Float32Array): Float32Array {
    const y = Float32Array.from(x);
    eachFeature(y, this.width, (feature, i) => (y[i] += this.beta.values[feature]));
    return y;
  }

  backward(dy: Float32Array): Float32Array {
    eachFeature(dy, this.width, (feature, i) => (this.beta.gradients[feature] += dy[i]));
    return dy;
  }
}

class RowNorm extends Norm {
  readonly #centred: boolean;
  #x: Float32Array = new Float32Array();

  constructor(width: number, centred: boolean) {
    super(width);
    this.#centred = centred;
  }

  forward(x: Float32Array): Float32Array {
    this.#x = x;
    const options = { width: this.width, gamma: this.gamma.values, beta: this.beta.values, epsilon: EPSILON };
    return this.#centred ? layerNorm(x, options) : rmsNorm(x, options);
  }

  backward(dy: Float32Array): Float32Array {
    const options = { width: this.width, gamma: this.gamma.values, epsilon: EPSILON, dgamma: this.gamma.gradients, dbeta: this.beta.gradients };
    return this.#centred ? layerNormBackward(this.#x, dy, options) : rmsNormBackward(this.#x, dy, options);
  }
}

class BatchNorm extends Norm {
  /** Features × rows. */
  #x: Float32Array = new Float32Array();
  /** Rows × features. */
  #hat: Float32Array = new Float32Array();
  readonly #mean = new Float32Array(this.width);
  readonly #variance = new Float32Array(this.width).fill(1);

  forward(x: Float32Array, training: boolean): Float32Array {
    if (training) this.#hat = this.#ofBatch(x);
    else {
      this.#hat = new Float32Array(x.length);
      const rstd = this.#variance.map((variance) => 1 / Math.sqrt(variance + EPSILON));
      eachFeature(x, this.width, (feature, i) => (this.#hat[i] = (x[i] - this.#mean[feature]) * rstd[feature]));
    }
    const y = new Float32Array(x.length);
    eachFeature(y, this.width, (feature, i) => (y[i] = this.#hat[i] * this.gamma.values[feature] + this.beta.values[feature]));
    return y;
  }

  backward(dy: Float32Array): Float32Array {
    const rows = dy.length / this.width;
    const scaled = new Float32Array(dy.length);
    eachFeature(dy, this.width, (feature, i) => {
      this.beta.gradients[feature] += dy[i];
      this.gamma.gradients[feature] += dy[i] * this.#hat[i];
      scaled[i] = dy[i] * this.gamma.values[feature];
    });
    return transposed(layerNormBackward(this.#x, transposed(scaled, this.width), { width: rows, epsilon: EPSILON }), rows);
  }

  #ofBatch(x: Float32Array): Float32Array {
    const rows = x.length / this.width;
    this.#x = transposed(x, this.width);
    const [mean, rstd] = [new Float32Array(this.width), new Float32Array(this.width)];
    const hat = layerNorm(this.#x, { width: rows, epsilon: EPSILON, mean, rstd });
    for (let i = 0; i < this.width; i++) {
      const biased = Math.max(0, 1 / rstd[i] ** 2 - EPSILON);
      // One number has no unbiased variance: then the biased one, which is 0.
      const variance = rows > 1 ? (biased * rows) / (rows - 1) : biased;
      this.#mean[i] += MOMENTUM * (mean[i] - this.#mean[i]);
      this.#variance[i] += MOMENTUM * (variance - this.#variance[i]);
    }
    return transposed(hat, rows);
  }
}

export function makeNorm(name: NormName, width: number): Norm {
  if (name === "none") return new None(width);
  return name === "batch" ? new BatchNorm(width) : new RowNorm(width, name === "layer");
}

/** Of rows × `width`: the feature and the place of each number. */
function eachFeature(x: Float32Array, width: number, act: (feature: number, i: number) => void): void {
  for (let row = 0; row < x.length; row += width) for (let feature = 0; feature < width; feature++) act(feature, row + feature);
}

/** Of rows × `width`. */
function transposed(x: Float32Array, width: number): Float32Array {
  const rows = x.length / width;
  const turned = new Float32Array(x.length);
  eachFeature(x, width, (feature, i) => (turned[feature * rows + (i - feature) / width] = x[i]));
  return turned;
}
