/**
 * Thirty layers, forward only: a = g·W·h, then a norm or none, then h = max(0, a). The weights W are Gaussian with variance 1/UNITS,
 * drawn once. What is measured is the root mean square of h after each layer.
 */
import { Norm, RootNorm } from "./norm";
import { gaussian } from "./random";

export const UNITS = 32;
export const LAYERS = 30;
const EPSILON = 1e-5;
const SEED = 1;

export type Choice = "none" | "layer" | "rms";

export class Net {
  readonly #weights: Float32Array[];
  readonly #input: Float32Array;
  readonly #a = new Float32Array(UNITS);
  readonly #h = new Float32Array(UNITS);
  readonly #layer = new Norm();
  readonly #root = new RootNorm();

  constructor() {
    const next = gaussian(SEED);
    const size = 1 / Math.sqrt(UNITS);
    this.#weights = Array.from({ length: LAYERS }, () => new Float32Array(UNITS * UNITS));
    // A loop: Float32Array.from took four times as long, and the first section waits for this.
    for (const weights of this.#weights) for (let i = 0; i < weights.length; i++) weights[i] = size * next();
    this.#input = Float32Array.from({ length: UNITS }, next);
  }

  /** The root mean square of the input and of what each layer gives: LAYERS + 1 numbers. */
  signal(g: number, choice: Choice): number[] {
    const [a, h] = [this.#a, this.#h];
    h.set(this.#input);
    const sizes = [rootMeanSquare(h)];
    for (const weights of this.#weights) {
      multiply(weights, h, g, a);
      const normalised = this.#norm(choice, a);
      for (let i = 0; i < UNITS; i++) h[i] = Math.max(0, normalised[i]);
      sizes.push(rootMeanSquare(h));
    }
    return sizes;
  }

  #norm(choice: Choice, a: Float32Array): Float32Array {
    if (choice === "layer") return this.#layer.run(a, UNITS, EPSILON).y;
    return choice === "rms" ? this.#root.run(a, UNITS, EPSILON) : a;
  }
}

/** a = g·W·h. */
function multiply(weights: Float32Array, h: Float32Array, g: number, a: Float32Array): void {
  for (let i = 0; i < UNITS; i++) {
    let sum = 0;
    for (let j = 0; j < UNITS; j++) sum += weights[i * UNITS + j] * h[j];
    a[i] = g * sum;
  }
}

function rootMeanSquare(h: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < h.length; i++) sum += h[i] * h[i];
  return Math.sqrt(sum / h.length);
}
