/** The utterances, frame by frame, as a trainer takes them: which of nine speakers says this frame? */

/** As `virtual:utterances` has it. */
export interface Index {
  readonly width: number;
  readonly splits: string;
  readonly speakers: string;
  readonly lengths: readonly number[];
}

export interface Frames {
  /** Frames × width. */
  readonly x: Float32Array;
  /** The speaker of each, from 0. */
  readonly labels: Uint8Array;
}

export interface Corpus {
  readonly train: Frames;
  readonly test: Frames;
}

export const CLASSES = 9;
/** One test frame of so many is used: a frame and its neighbours say much the same. */
const SPARSE = 4;

/**
 * `values` are the frames of all utterances in their order. Each coefficient is moved and scaled to mean 0 and variance 1 over the
 * frames for training.
 */
export function corpus(index: Index, values: Float32Array): Corpus {
  const { width, lengths } = index;
  const frames: { at: number; label: number }[][] = [[], []];
  let at = 0;
  lengths.forEach((length, place) => {
    const own = frames[Number(index.splits[place])];
    for (let i = 0; i < length; i++, at += width) own.push({ at, label: Number(index.speakers[place]) - 1 });
  });
  if (values.length !== at) throw new Error(`the utterances have ${values.length} numbers, not ${at}`);
  const [train, test] = frames;
  const scales = Array.from({ length: width }, (_, c) => {
    const mean = train.reduce((sum, frame) => sum + values[frame.at + c], 0) / train.length;
    const variance = train.reduce((sum, frame) => sum + (values[frame.at + c] - mean) ** 2, 0) / train.length;
    return { mean, factor: 1 / Math.sqrt(variance) };
  });
  const gather = (own: readonly { at: number; label: number }[]): Frames => {
    const x = new Float32Array(own.length * width);
    own.forEach((frame, i) => scales.forEach(({ mean, factor }, c) => (x[i * width + c] = (values[frame.at + c] - mean) * factor)));
    return { x, labels: Uint8Array.from(own, ({ label }) => label) };
  };
  return { train: gather(train), test: gather(test.filter((_, i) => i % SPARSE === 0)) };
}
