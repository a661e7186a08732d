/** Deep nets that name the speaker of a frame: layer upon layer with a norm in each, or blocks around which the sum runs past. */
import { CLASSES } from "./train-data";
import { Dense, Rectifier, sum } from "./train-dense";
import { makeNorm, type Norm, type Weights } from "./train-norms";
import type { NormName, Place, Shape } from "./train-plans";

export const UNITS = 32;
/** Keeps the mean of squares through a rectifier, which takes half of it (He et al. 2015). */
const HE = Math.SQRT2;

interface Block {
  readonly dense: readonly Dense[];
  readonly norms: readonly Norm[];
  forward(x: Float32Array, training: boolean): Float32Array;
  backward(dy: Float32Array): Float32Array;
}

/** h = max(0, norm(h·W)). */
class Layer implements Block {
  readonly dense: readonly [Dense];
  readonly norms: readonly [Norm];
  readonly #rectifier = new Rectifier();

  constructor(inputs: number, norm: NormName, scale: number, next: () => number) {
    this.dense = [new Dense(inputs, UNITS, HE * scale, next)];
    this.norms = [makeNorm(norm, UNITS)];
  }

  forward(x: Float32Array, training: boolean): Float32Array {
    return this.#rectifier.forward(this.norms[0].forward(this.dense[0].forward(x), training));
  }

  backward(dy: Float32Array): Float32Array {
    return this.dense[0].backward(this.norms[0].backward(this.#rectifier.backward(dy)));
  }
}

/** f(h) = max(0, h·W₁ + b)·W₂, and around it h + f(norm(h)), norm(h + f(h)), or h + f(h). */
class Residual implements Block {
  readonly place: Place;
  readonly dense: readonly [Dense, Dense];
  readonly norms: readonly Norm[];
  readonly #bias: Norm = makeNorm("none", UNITS);
  readonly #norm: Norm | undefined;
  readonly #rectifier = new Rectifier();

  constructor(place: Place, next: () => number) {
    this.place = place;
    this.dense = [new Dense(UNITS, UNITS, HE, next), new Dense(UNITS, UNITS, 1, next)];
    this.#norm = place === "none" ? undefined : makeNorm("layer", UNITS);
    this.norms = this.#norm ? [this.#bias, this.#norm] : [this.#bias];
  }

  forward(x: Float32Array, training: boolean): Float32Array {
    const inner = this.place === "pre" && this.#norm ? this.#norm.forward(x, training) : x;
    const branch = this.dense[1].forward(this.#rectifier.forward(this.#bias.forward(this.dense[0].forward(inner), training)));
    const both = sum(x, branch);
    return this.place === "post" && this.#norm ? this.#norm.forward(both, training) : both;
  }

  backward(dy: Float32Array): Float32Array {
    const dsum = this.place === "post" && this.#norm ? this.#norm.backward(dy) : dy;
    const inner = this.dense[0].backward(this.#bias.backward(this.#rectifier.backward(this.dense[1].backward(dsum))));
    const branch = this.place === "pre" && this.#norm ? this.#norm.backward(inner) : inner;
    return sum(dsum, branch);
  }
}

export class Net {
  readonly blocks: readonly Block[];
  readonly #stem: Dense | undefined;
  /** Before the last layer, where the norms are before the blocks: their sum has passed none. */
  readonly #last: Norm | undefined;
  readonly #head: Dense;
  readonly #bias: Norm = makeNorm("none", CLASSES);

  constructor(inputs: number, shape: Shape, next: () => number) {
    if (shape.kind === "layers") {
      this.blocks = Array.from({ length: shape.depth }, (_, i) => new Layer(i === 0 ? inputs : UNITS, shape.norm, shape.scale, next));
    } else {
      this.#stem = new Dense(inputs, UNITS, 1, next);
      this.blocks = Array.from({ length: shape.depth }, () => new Residual(shape.place, next));
      this.#last = shape.place === "pre" ? makeNorm("layer", UNITS) : undefined;
    }
    this.#head = new Dense(UNITS, CLASSES, 1, next);
  }

  /** Rows × {@link CLASSES}; `look` sees what each block gives. */
  forward(x: Float32Array, training: boolean, look?: (block: number, h: Float32Array) => void): Float32Array {
    let h = this.#stem?.forward(x) ?? x;
    this.blocks.forEach((block, i) => {
      h = block.forward(h, training);
      look?.(i, h);
    });
    h = this.#last?.forward(h, training) ?? h;
    return this.#bias.forward(this.#head.forward(h), training);
  }

  backward(dlogits: Float32Array): void {
    let d = this.#head.backward(this.#bias.backward(dlogits));
    d = this.#last?.backward(d) ?? d;
    for (let i = this.blocks.length - 1; i >= 0; i--) d = this.blocks[i].backward(d);
    this.#stem?.backward(d);
  }

  *weights(): Generator<Weights> {
    for (const dense of [this.#stem, this.#head, ...this.blocks.flatMap((block) => block.dense)]) if (dense) yield dense.weights;
    for (const norm of [this.#bias, this.#last, ...this.blocks.flatMap((block) => block.norms)]) if (norm) yield* [norm.gamma, norm.beta];
  }

  /** The root of the sum of squares of what the loss gives the matrices of each block. */
  gradients(): number[] {
    return this.blocks.map(({ dense }) => Math.sqrt(dense.reduce((total, { weights }) => total + squares(weights.gradients), 0)));
  }
}

export function squares(values: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] * values[i];
  return total;
}
