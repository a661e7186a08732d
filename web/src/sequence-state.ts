/** Section 5: an utterance, how loud and how noisy it is heard, and the frame up to which it is heard. */
import { choice, differing, number, whole, type Part } from "./part";

/** How loud the frames are beside one another. */
export const LOUDNESSES = ["even", "rising", "burst"] as const;
export type Loudness = (typeof LOUDNESSES)[number];

export interface SequenceState {
  utterance: string;
  /** The one that is looked at; what comes after it is not heard yet. {@link LAST} is the last one of any utterance. */
  frame: number;
  loudness: Loudness;
  /** All frames are 2 to this power times as loud. */
  gain: number;
  /** The standard deviation of the noise in each number of a frame. */
  noise: number;
}

export const LAST = 1000;
export const GAINS = { min: -12, max: 10 };
export const NOISES = { min: 0, max: 1 };

const KEYS = { utterance: "u", frame: "f", loudness: "ul", gain: "ua", noise: "un" };

const defaults = (): SequenceState => ({ utterance: "test-0", frame: LAST, loudness: "rising", gain: 0, noise: 0 });

export const sequencePart: Part<SequenceState> = {
  defaults,
  parse(given) {
    const usual = defaults();
    const utterance = given.get(KEYS.utterance) ?? "";
    return {
      utterance: /^(train|test)-\d{1,3}$/.test(utterance) ? utterance : usual.utterance,
      frame: whole(given, KEYS.frame, 0, LAST) ?? usual.frame,
      loudness: choice(given, KEYS.loudness, LOUDNESSES) ?? usual.loudness,
      gain: whole(given, KEYS.gain, GAINS.min, GAINS.max) ?? usual.gain,
      noise: number(given, KEYS.noise, NOISES.min, NOISES.max) ?? usual.noise,
    };
  },
  format: (state) => differing(state, defaults(), KEYS),
};
