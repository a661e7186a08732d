/** The sequence: an utterance, a frame of it, and what is done to it before and after layer norm. */
import { differing, number, whole, type Part } from "./part";

export interface SequenceState {
  utterance: string;
  frame: number;
  /** What the utterance is multiplied by, and what is added to it, before layer norm sees it. */
  gain: number;
  offset: number;
  scale: number;
  shift: number;
  sequenceEpsilon: number;
}

const KEYS = { utterance: "u", frame: "f", gain: "ua", offset: "uo", scale: "ug", shift: "ub", sequenceEpsilon: "ue" };

const defaults = (): SequenceState => ({ utterance: "test-0", frame: 0, gain: 1, offset: 0, scale: 1, shift: 0, sequenceEpsilon: 1e-5 });

export const sequencePart: Part<SequenceState> = {
  defaults,
  parse(given) {
    const usual = defaults();
    const utterance = given.get(KEYS.utterance) ?? "";
    return {
      utterance: /^(train|test)-\d{1,3}$/.test(utterance) ? utterance : usual.utterance,
      frame: whole(given, KEYS.frame, 0, 1000) ?? usual.frame,
      gain: number(given, KEYS.gain, 0, 100) ?? usual.gain,
      offset: number(given, KEYS.offset, -100, 100) ?? usual.offset,
      scale: number(given, KEYS.scale, -100, 100) ?? usual.scale,
      shift: number(given, KEYS.shift, -100, 100) ?? usual.shift,
      sequenceEpsilon: number(given, KEYS.sequenceEpsilon, 0, 1e3) ?? usual.sequenceEpsilon,
    };
  },
  format: (state) => differing(state, defaults(), KEYS),
};
