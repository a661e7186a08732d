/** The network of `model/` as the package runs it: its three files, and the cell of the one in f32 by itself, whose state can be seen. */
import { Classifier, init, LnGru } from "layernorm/sequence";
import scalar from "layernorm/sequence/scalar.wasm?url";
import f32 from "../../model/speaker.f32.bin?url";
import i16 from "../../model/speaker.i16.bin?url";
import i8 from "../../model/speaker.i8.bin?url";
import { candidateSums, HEADER } from "./sequence-sums";

export const STORAGES = ["f32", "i16", "i8"] as const;
export type Storage = (typeof STORAGES)[number];

export interface Passed {
  /** x·W of the candidate: frames × units. */
  readonly sums: Float32Array;
  /** h: frames × units. */
  readonly states: Float32Array;
  /** For each frame, the logits of what was heard so far: whole numbers in integers. */
  readonly logits: Readonly<Record<Storage, readonly (Float32Array | Int32Array)[]>>;
}

export class Net {
  readonly units: number;
  readonly epsilon: number;
  /** Bytes of each file. */
  readonly bytes: Readonly<Record<Storage, number>>;
  readonly #models: Readonly<Record<Storage, Classifier>>;
  readonly #cell: LnGru;
  readonly #kernel: Float32Array;

  constructor(files: Readonly<Record<Storage, ArrayBuffer>>) {
    const of = <T>(make: (storage: Storage) => T) => Object.fromEntries(STORAGES.map((storage) => [storage, make(storage)])) as Record<Storage, T>;
    this.bytes = of((storage) => files[storage].byteLength);
    this.#models = of((storage) => new Classifier(files[storage]));
    const { inputs, units, epsilon } = this.#models.f32;
    this.units = units;
    this.epsilon = epsilon;
    const weights = new Float32Array(files.f32, HEADER, LnGru.weightsLength(inputs, units));
    this.#cell = new LnGru({ inputs, units, weights, epsilon });
    this.#kernel = weights;
  }

  /** What one step of a logit stands for. */
  scale(storage: Storage): number {
    return this.#models[storage].scale;
  }

  pass(x: Float32Array, width: number): Passed {
    const frames = x.length / width;
    const states = new Float32Array(frames * this.units);
    const logits: Record<Storage, (Float32Array | Int32Array)[]> = { f32: [], i16: [], i8: [] };
    this.#cell.reset();
    for (const storage of STORAGES) this.#models[storage].reset();
    for (let f = 0; f < frames; f++) {
      const frame = x.slice(f * width, (f + 1) * width);
      this.#cell.x.set(frame);
      this.#cell.step();
      states.set(this.#cell.h, f * this.units);
      for (const storage of STORAGES) {
        this.#models[storage].push(frame);
        logits[storage].push(this.#models[storage].logits());
      }
    }
    return { sums: candidateSums(this.#kernel, x, width, this.units), states, logits };
  }
}

export async function loadNet(): Promise<Net> {
  const started = init().catch(() => init({ source: scalar }));
  const [weights, words, bytes] = await Promise.all([f32, i16, i8].map(load));
  await started;
  return new Net({ f32: weights, i16: words, i8: bytes });
}

async function load(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the net did not load: ${response.status}`);
  return response.arrayBuffer();
}

/** Shares of 1 out of logits: softmax. */
export function chances(logits: ArrayLike<number>, scale: number): number[] {
  const values = Array.from(logits, (logit) => logit * scale);
  const most = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - most));
  const sum = powers.reduce((all, value) => all + value, 0);
  return powers.map((value) => value / sum);
}
