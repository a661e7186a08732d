// A classifier of sequences from the bytes of its file, in `f32` or in integers.

import * as check from "./check.js";
import { type CellKind, complaint, header, type Storage } from "./file.js";
import { Allocation, anchor, Part, view } from "./memory.js";
import { sequence, wasm } from "./module.js";
import { options as checked } from "./names.js";
import { Owner } from "./owner.js";

/** Options of {@link Classifier}. */
export interface ClassifierOptions {
  /**
   * For sequences without end: old frames fade. From 0 to 15, k of a mean over all frames that from 2ᵏ frames on goes 2⁻ᵏ of the way to
   * each new one, as the crate's `start_leaky`: at 100 frames a second 10 forgets two thirds in 10 seconds. Without it the mean is
   * that of all frames.
   */
  leaky?: number | undefined;
}

const CLASSIFIER = "leaky";

export type { CellKind, Storage };

/** Words of a model in the module, at most. */
const MODEL = 64;

/** Adding and taking away rounds to a whole number, half to even, what is much smaller: 3 · 2⁵¹. */
const WHOLE = 6755399441055744;

/**
 * Names the class of a sequence: a recurrent cell with layer normalisation, the mean of its outputs over the frames, and a
 * dense layer.
 *
 * ```ts
 * using model = new Classifier(bytes); // of a file that the crate's `to_bytes` or `fold` wrote
 * for (const frame of frames) model.push(frame);
 * const logits = model.logits();
 * const name = logits.indexOf(Math.max(...logits));
 * model.reset(); // the next sequence
 * ```
 */
export class Classifier extends Owner {
  static readonly name = "Classifier";

  /** Kind of the cell. */
  readonly kind: CellKind;
  /** Type of the weights: with `"f32"` all is computed in `f32`, otherwise in integers. */
  readonly storage: Storage;
  /** Coefficients of a frame. */
  readonly inputs: number;
  /** Outputs of the cell. */
  readonly units: number;
  /** Classes there are. */
  readonly classes: number;
  /** Fraction bits of a frame's codes: one unit is 2^−fraction. 0 for `"f32"`. */
  readonly fraction: number;
  /** What one unit of a logit stands for; 1 for `"f32"`. */
  readonly scale: number;
  /** What the norms add to the variance. */
  readonly epsilon: number;
  readonly #model: number;
  readonly #start: () => void;
  readonly #x: Part<Float32Array | Int16Array>;
  readonly #logits: Part<Float32Array | Int32Array>;
  #frames = 0;

  /**
   * @param bytes a file, of which a copy is kept
   * @param options `leaky` for sequences without end
   * @throws RangeError or TypeError that names what in the file is wrong, what was expected and what came
   */
  constructor(bytes: Uint8Array | ArrayBuffer, options: ClassifierOptions = {}) {
    super("Classifier");
    checked("Classifier", options, CLASSIFIER);
    const shift = options.leaky == null ? -1 : check.whole("leaky", options.leaky, 0, "at 100 frames a second 10 forgets within 10 seconds", 15);
    check.typed("bytes", bytes, "a Uint8Array or an ArrayBuffer");
    const given = "buffer" in bytes ? bytes : new Uint8Array(bytes);
    const { load, start } = sequence("Classifier");
    const { length } = given;
    const source = anchor(given);
    try {
      const { at } = this.hold(new Allocation({ model: MODEL, file: length / 4 + 1 }));
      const [model, address] = [at.model!, at.file!];
      const file = new Uint8Array(wasm().memory.buffer, address, length);
      file.set(source());
      const loaded = load(model, address, length);
      const [words, codes] = new Uint32Array(wasm().memory.buffer, model, 2) as unknown as [number, number];
      if (!loaded) throw complaint(file, words, codes);
      const { kind, storage, inputs, units, classes, fraction, epsilon } = header(file);
      this.kind = kind;
      this.storage = storage;
      this.inputs = inputs;
      this.units = units;
      this.classes = classes;
      this.fraction = fraction;
      this.epsilon = epsilon;
      this.scale = view(model + 8, 1)[0]!;
      this.#model = model;
      const session = this.hold(new Allocation({ words, codes: codes / 2, x: inputs, logits: classes })).at;
      this.#start = () => start(model, shift, session.words!, session.codes ?? 0);
      this.#x = new Part<Float32Array | Int16Array>(session.x!, inputs, storage === "f32" ? Float32Array : Int16Array);
      this.#logits = new Part<Float32Array | Int32Array>(session.logits!, classes, storage === "f32" ? Float32Array : Int32Array);
      this.reset();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** How many frames have been pushed since the beginning of the sequence. */
  get frames(): number {
    return this.#frames;
  }

  /**
   * The next frame.
   *
   * @param frame `inputs` numbers. In integers: codes with `fraction` bits, or numbers that are rounded to those, half to
   * even, where those beyond become the last ones
   * @throws RangeError or TypeError that names `frame`, what was expected and what came; RangeError from the 65 536th frame on
   * in integers, unless the mean is leaky. The sequence is as it was then
   */
  push(frame: Float32Array | Int16Array): void {
    this.alive();
    const float = this.storage === "f32";
    check.array("frame", frame, float ? "a Float32Array" : "a Float32Array or an Int16Array", this.inputs);
    const x = this.#x.view(this);
    if (float || check.describe(frame) === "Int16Array") x.set(frame);
    else this.#round(frame, x);
    if (!sequence("push").push_frame(this.#model, this.#x.at, this.inputs)) {
      check.wrongValue("frames", `at most ${this.#frames}`, this.#frames + 1, "reset() begins the next sequence");
    }
    this.#frames++;
  }

  /**
   * Logits of the frames so far, one for each class; in integers in units of {@link Classifier.scale}.
   *
   * @param out where they go: a Float32Array for `"f32"`, an Int32Array otherwise. A new one without it
   */
  logits(): Float32Array | Int32Array;
  logits<T extends Float32Array | Int32Array>(out: T): T;
  logits(out?: Float32Array | Int32Array): Float32Array | Int32Array {
    this.alive();
    if (out != null) check.array("out", out, this.storage === "f32" ? "a Float32Array" : "an Int32Array", this.classes);
    sequence("logits").logits(this.#model, this.#logits.at, this.classes);
    const logits = this.#logits.view(this);
    if (out == null) return logits.slice();
    out.set(logits);
    return out;
  }

  /** Begins the next sequence. */
  reset(): void {
    this.alive();
    this.#start();
    this.#frames = 0;
  }

  #round(frame: Float32Array | Int16Array, codes: Float32Array | Int16Array): void {
    const nan = frame.findIndex(Number.isNaN);
    if (nan >= 0) check.wrongValue(`frame[${nan}]`, "a number", NaN, "see where it was computed or recorded");
    const unit = 2 ** this.fraction;
    for (let i = 0; i < frame.length; i++) {
      codes[i] = Math.min(Math.max(frame[i]! * unit, -32768), 32767) + WHOLE - WHOLE;
    }
  }
}
