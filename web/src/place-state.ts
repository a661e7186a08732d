/** Section 4: where the norm of a residual block is, and how many blocks there are. */
import { choice, differing, number, whole, type Part } from "./part";
import { PLACES, type Place } from "./train-plans";
import { MOST_SEEDS, RATES } from "./train-state";

export interface PlaceState {
  place: Place;
  blocks: number;
  placeRate: number;
  placeSeed: number;
}

/** A norm behind the sum fails here, and learns slowly at a quarter of it. */
export const BLOCKS_RATE = RATES[5];
export const BLOCKS = { min: 2, max: 48, usual: 32 };

const KEYS = { place: "pl", blocks: "pb", placeRate: "pr", placeSeed: "pn" };

const defaults = (): PlaceState => ({ place: "pre", blocks: BLOCKS.usual, placeRate: BLOCKS_RATE, placeSeed: 1 });

export const placePart: Part<PlaceState> = {
  defaults,
  parse(given) {
    const usual = defaults();
    return {
      place: choice(given, KEYS.place, PLACES) ?? usual.place,
      blocks: whole(given, KEYS.blocks, BLOCKS.min, BLOCKS.max) ?? usual.blocks,
      placeRate: number(given, KEYS.placeRate, RATES[0], RATES[RATES.length - 1]) ?? usual.placeRate,
      placeSeed: whole(given, KEYS.placeSeed, 1, MOST_SEEDS) ?? usual.placeSeed,
    };
  },
  format: (state) => differing(state, defaults(), KEYS),
};
