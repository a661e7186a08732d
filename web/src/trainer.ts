/** Training by stochastic gradient descent, a step at a time: minibatches of frames drawn at random, cross-entropy, a fixed rate. */
import { gaussian, uniform } from "./random";
import { CLASSES, type Corpus, type Frames } from "./train-data";
import { Net, squares } from "./train-net";
import type { Plan } from "./train-plans";

/** What can be seen of a net. */
export interface Sight {
  readonly steps: number;
  /** Mean of the last steps' losses, or of all if there were fewer; NaN when it has broken. */
  readonly loss: number;
  /** Share of test frames whose speaker is named. */
  readonly accuracy: number;
  /** A layer or block each; of the last step. */
  readonly gradients: readonly number[];
  /** The root mean square of what each layer or block gives, in the last step. */
  readonly sizes: readonly number[];
  /** The step whose loss was no number, if there was one: nothing is trained after it. */
  readonly broken: number | undefined;
}

/** Losses of so many steps are averaged: of a single minibatch they say little. */
const WINDOW = 20;

export class Trainer {
  readonly #plan: Plan;
  readonly #corpus: Corpus;
  readonly #net: Net;
  readonly #draw: () => number;
  readonly #losses: number[] = [];
  #steps = 0;
  #broken: number | undefined;
  #gradients: number[] = [];
  #sizes: number[] = [];

  constructor(plan: Plan, corpus: Corpus) {
    this.#plan = plan;
    this.#corpus = corpus;
    const width = corpus.train.x.length / corpus.train.labels.length;
    // The same weights and the same frames for every norm.
    this.#net = new Net(width, plan.shape, gaussian(2 * plan.seed));
    this.#draw = uniform(2 * plan.seed + 1);
  }

  get ended(): boolean {
    return this.#steps >= this.#plan.steps;
  }

  get steps(): number {
    return this.#steps;
  }

  step(): void {
    this.#steps++;
    if (this.#broken !== undefined) return;
    const { x, labels } = this.#minibatch();
    this.#sizes = [];
    const logits = this.#net.forward(x, true, (_, h) => this.#sizes.push(Math.sqrt(squares(h) / h.length)));
    const { loss, gradient } = crossEntropy(logits, labels);
    this.#losses.push(loss);
    if (this.#losses.length > WINDOW) this.#losses.shift();
    if (!Number.isFinite(loss)) {
      this.#broken = this.#steps;
      return;
    }
    for (const { gradients } of this.#net.weights()) gradients.fill(0);
    this.#net.backward(gradient);
    this.#gradients = this.#net.gradients();
    for (const { values, gradients } of this.#net.weights()) {
      for (let i = 0; i < values.length; i++) values[i] -= this.#plan.rate * gradients[i];
    }
  }

  /** Names the speakers of the test's frames: as long as some steps take. */
  sight(): Sight {
    const broken = this.#broken;
    return {
      steps: this.#steps,
      loss: broken === undefined ? this.#losses.reduce((sum, loss) => sum + loss, 0) / this.#losses.length : NaN,
      accuracy: broken === undefined ? this.#accuracy() : NaN,
      gradients: this.#gradients,
      sizes: this.#sizes,
      broken,
    };
  }

  #accuracy(): number {
    const { x, labels } = this.#corpus.test;
    const logits = this.#net.forward(x, false);
    let right = 0;
    labels.forEach((label, row) => {
      const own = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
      if (own.every((value, i) => i === label || value < own[label])) right++;
    });
    return right / labels.length;
  }

  #minibatch(): Frames {
    const { x, labels } = this.#corpus.train;
    const width = x.length / labels.length;
    const { batch } = this.#plan;
    const some = { x: new Float32Array(batch * width), labels: new Uint8Array(batch) };
    for (let row = 0; row < batch; row++) {
      const at = Math.floor(this.#draw() * labels.length);
      some.x.set(x.subarray(at * width, (at + 1) * width), row * width);
      some.labels[row] = labels[at];
    }
    return some;
  }
}

/** Of rows × {@link CLASSES}: the mean of −log softmax at the labels, and its gradient. */
function crossEntropy(logits: Float32Array, labels: Uint8Array): { loss: number; gradient: Float32Array } {
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  labels.forEach((label, row) => {
    const own = logits.subarray(row * CLASSES, (row + 1) * CLASSES);
    const most = Math.max(...own);
    const powers = Array.from(own, (value) => Math.exp(value - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    loss += (Math.log(sum) + most - own[label]) / labels.length;
    powers.forEach((power, i) => (gradient[row * CLASSES + i] = (power / sum - (i === label ? 1 : 0)) / labels.length));
  });
  return { loss, gradient };
}
