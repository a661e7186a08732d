/** What is done to an utterance before the net hears it. Factors are powers of two, so that nothing is rounded but what is too small. */
import { gaussian } from "./random";
import type { Loudness } from "./sequence-state";

/** Powers of two of the first and of the last frame, where loudness rises. */
const RISE = [-5, 1] as const;
/** Of the one loud frame, a third of the way through. */
const BURST = 5;
const SEED = 27;

/** The power of two of each frame. */
export function powers(frames: number, loudness: Loudness, gain: number): number[] {
  const of = (frame: number) => {
    if (loudness === "burst") return frame === Math.floor(frames / 3) ? BURST : 0;
    if (loudness === "rising") return Math.round(RISE[0] + ((RISE[1] - RISE[0]) * frame) / Math.max(1, frames - 1));
    return 0;
  };
  return Array.from({ length: frames }, (_, frame) => of(frame) + gain);
}

/** `x` is frames × `width`; the noise is made louder with the voice, and is the same for every utterance. */
export function heard(x: Float32Array, width: number, factors: readonly number[], noise: number): Float32Array {
  const draw = gaussian(SEED);
  return x.map((value, i) => (noise === 0 ? value : Math.fround(value + noise * draw())) * 2 ** factors[Math.floor(i / width)]);
}
