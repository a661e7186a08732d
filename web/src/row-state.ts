/** Section 1: a row, its parameters, how far the formula has been revealed, and which step of it is looked at. */
import { choice, differing, list, number, whole, type Part } from "./part";
import { DEFAULT_PRESET, PRESETS, WIDTH } from "./presets";

export type TaskName = "equal" | "epsilon";

export interface RowState {
  preset: string;
  x: number[];
  gamma: number[];
  beta: number[];
  epsilon: number;
  /** 1 … 5: the step that the bars show. */
  step: number;
  /** 0 … 5: the steps whose numbers the reader has seen; the others are asked for first. */
  seen: number;
  task: TaskName | "";
}

export const STEPS = 5;
const USUAL_EPSILON = 1e-5;
/** Larger γ and β would only overflow f32. */
const LARGEST_PARAMETER = 1e30;

const KEYS = { x: "x", gamma: "g", beta: "b", epsilon: "e", step: "step", task: "task" };

/** All that an example sets. */
export function presetState(preset: string, seen: number): RowState {
  return {
    preset,
    x: [...PRESETS[preset].x],
    gamma: Array<number>(WIDTH).fill(1),
    beta: Array<number>(WIDTH).fill(0),
    epsilon: PRESETS[preset].epsilon ?? USUAL_EPSILON,
    step: 1,
    seen,
    task: "",
  };
}

export const rowPart: Part<RowState> = {
  defaults: () => presetState(DEFAULT_PRESET, 0),
  parse(given) {
    const preset = given.get("p") ?? "";
    const usual = presetState(Object.hasOwn(PRESETS, preset) ? preset : DEFAULT_PRESET, 0);
    const parameters = (key: string) => list(given, key, WIDTH)?.map((value) => Math.max(-LARGEST_PARAMETER, Math.min(LARGEST_PARAMETER, value)));
    const task = choice(given, KEYS.task, ["equal", "epsilon"] as const) ?? "";
    const said: RowState = {
      ...usual,
      x: list(given, KEYS.x, WIDTH) ?? usual.x,
      gamma: parameters(KEYS.gamma) ?? usual.gamma,
      beta: parameters(KEYS.beta) ?? usual.beta,
      epsilon: number(given, KEYS.epsilon, 0, 1e3) ?? usual.epsilon,
      step: whole(given, KEYS.step, 1, STEPS) ?? usual.step,
      task,
    };
    const seen = task ? STEPS : (whole(given, "seen", 0, STEPS) ?? unsaid(pairs(said)));
    return { ...said, seen, step: Math.min(Math.max(1, seen), said.step) };
  },
  format(state) {
    const said = pairs(state);
    return state.task || state.seen === unsaid(said) ? said : [...said, ["seen", String(state.seen)]];
  },
};

function pairs(state: Readonly<RowState>): [string, string][] {
  const rest = differing(state, presetState(state.preset, 0), KEYS);
  return state.preset === DEFAULT_PRESET ? rest : [["p", state.preset], ...rest];
}

/** A link that says something of the row and nothing of the steps seen is from somebody who saw them all. */
function unsaid(said: readonly unknown[]): number {
  return said.length > 0 ? STEPS : 0;
}
