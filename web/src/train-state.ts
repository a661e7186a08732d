/** Section 3: what is trained, how fast, and from which seed. */
import { choice, differing, number, whole, type Part } from "./part";

export const SCENARIOS = ["bad", "small", "one", "well"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export interface TrainState {
  scenario: Scenario;
  trainRate: number;
  trainSeed: number;
}

/** Of steps down the gradient: what a slider offers, and a link may say. */
export const RATES = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5].map(Math.fround);
export const USUAL_RATE = RATES[3];
export const MOST_SEEDS = 1000;

const KEYS = { scenario: "ts", trainRate: "tr", trainSeed: "tn" };

const defaults = (): TrainState => ({ scenario: "bad", trainRate: USUAL_RATE, trainSeed: 1 });

export const trainPart: Part<TrainState> = {
  defaults,
  parse(given) {
    const usual = defaults();
    return {
      scenario: choice(given, KEYS.scenario, SCENARIOS) ?? usual.scenario,
      trainRate: number(given, KEYS.trainRate, RATES[0], RATES[RATES.length - 1]) ?? usual.trainRate,
      trainSeed: whole(given, KEYS.trainSeed, 1, MOST_SEEDS) ?? usual.trainSeed,
    };
  },
  format: (state) => differing(state, defaults(), KEYS),
};
