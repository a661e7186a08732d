/** Section 1: a row, its parameters, and how far the formula has been followed. */
import { differing, list, number, whole, type Part } from "./part";
import { DEFAULT_PRESET, PRESETS, WIDTH } from "./presets";

export interface RowState {
  preset: string;
  x: number[];
  gamma: number[];
  beta: number[];
  epsilon: number;
  /** 1 … 5 */
  step: number;
}

export const STEPS = 5;

const KEYS = { x: "x", gamma: "g", beta: "b", epsilon: "e", step: "step" };

function of(preset: string): RowState {
  return {
    preset,
    x: [...PRESETS[preset].x],
    gamma: Array<number>(WIDTH).fill(1),
    beta: Array<number>(WIDTH).fill(0),
    epsilon: 1e-5,
    step: 1,
  };
}

export const rowPart: Part<RowState> = {
  defaults: () => of(DEFAULT_PRESET),
  parse(given) {
    const preset = given.get("p") ?? "";
    const usual = of(Object.hasOwn(PRESETS, preset) ? preset : DEFAULT_PRESET);
    return {
      preset: usual.preset,
      x: list(given, KEYS.x, WIDTH) ?? usual.x,
      gamma: list(given, KEYS.gamma, WIDTH) ?? usual.gamma,
      beta: list(given, KEYS.beta, WIDTH) ?? usual.beta,
      epsilon: number(given, KEYS.epsilon, 0, 1e3) ?? usual.epsilon,
      step: whole(given, KEYS.step, 1, STEPS) ?? usual.step,
    };
  },
  format(state) {
    const rest = differing(state, of(state.preset), KEYS);
    return state.preset === DEFAULT_PRESET ? rest : [["p", state.preset], ...rest];
  },
};
