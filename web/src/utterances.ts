/** What there is of every utterance, and the frames of those that were shown: `build/utterances.ts` has cut them into files. */
import index, { files } from "virtual:utterances";

export interface Utterance {
  /** `train-K` or `test-K` */
  readonly id: string;
  readonly speaker: number;
  readonly frames: number;
  /** In the set, from 0. */
  readonly place: number;
}

export const FRAME = index.width;
export const UTTERANCES: readonly Utterance[] = all();

function all(): Utterance[] {
  const counted = [0, 0];
  return index.lengths.map((frames, place) => {
    const split = Number(index.splits[place]);
    return { id: `${["train", "test"][split]}-${counted[split]++}`, speaker: Number(index.speakers[place]), frames, place };
  });
}

const loaded = new Map<number, Promise<ArrayBuffer>>();

/** frames × {@link FRAME}; fetches a file of some 15 kB, once. */
export async function framesOf({ place, frames }: Utterance): Promise<Float32Array> {
  const file = Math.floor(place / index.perFile);
  let loading = loaded.get(file);
  if (!loading) loaded.set(file, (loading = load(files[file])));
  try {
    const before = index.lengths.slice(file * index.perFile, place).reduce((sum, length) => sum + length, 0);
    return new Float32Array(await loading, before * FRAME * 4, frames * FRAME);
  } catch (error) {
    // The next one who asks may have better luck.
    loaded.delete(file);
    throw error;
  }
}

async function load(address: string): Promise<ArrayBuffer> {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the utterance did not load: ${response.status}`);
  return response.arrayBuffer();
}
