/**
 * The numbers of this section's batch: eight short recordings of four features. Every recording has a loudness and a level
 * of its own, every feature an offset and a spread of its own. They are made here, the same ones every time.
 */
import { CELLS, EXAMPLES, FEATURES, indexOf, placeOf, STEPS, type Experiment } from "./axis-shape";

/** The example whose recorder breaks, and how large the noise is that it then gives. */
export const SPOILED = 2;
export const NOISE = 10;
/** What "add 2" adds. */
const SHIFT = 2;

const OFFSET = [1.2, -1, 0, 0.4];
const SPREAD = [0.5, 0.7, 0.9, 1.1];
/** The running statistics are from so many batches. */
const EARLIER = 100;

export interface Recordings {
  /** Batches before the one shown. */
  readonly earlier: readonly Float32Array[];
  readonly shown: Float32Array;
  /** What a broken recorder gives instead, for every cell. */
  readonly noise: Float32Array;
}

export function record(): Recordings {
  const random = generator();
  const earlier = Array.from({ length: EARLIER }, () => batch(random));
  const shown = batch(random);
  const noise = Float32Array.from({ length: CELLS }, () => tenths(NOISE * random()));
  return { earlier, shown, noise };
}

/** What the reader made of the batch shown. */
export function touch({ shown, noise }: Recordings, { spoiled, shifted }: Experiment): Float32Array {
  return shown.map((value, index) => {
    const heard = spoiled && placeOf(index).example === SPOILED ? noise[index] : value;
    return shifted ? tenths(heard + SHIFT) : heard;
  });
}

/** Numbers from −1 to 1, by a linear congruence. */
function generator(): () => number {
  let state = 22;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function batch(random: () => number): Float32Array {
  const x = new Float32Array(CELLS);
  for (let example = 0; example < EXAMPLES; example++) {
    const loudness = 2 ** random();
    const level = random();
    for (let feature = 0; feature < FEATURES; feature++) {
      let wave = random();
      for (let step = 0; step < STEPS; step++) {
        wave = wave / 2 + random();
        x[indexOf({ example, feature, step })] = tenths(OFFSET[feature] + level + loudness * SPREAD[feature] * wave);
      }
    }
  }
  return x;
}

const tenths = (value: number) => Math.round(10 * value) / 10;
