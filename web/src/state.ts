/** What the page shows, as a link can say it: everything that differs from the defaults, after the `#`. */
import { shortest } from "./format";
import { DEFAULT_PRESET, PRESETS, WIDTH } from "./presets";

export interface State {
  preset: string;
  x: number[];
  gamma: number[];
  beta: number[];
  epsilon: number;
  /** 1 … 5: how far the formula has been followed */
  step: number;
  utterance: string;
  frame: number;
  /** What the utterance is multiplied by, and what is added to it, before layer norm sees it. */
  gain: number;
  offset: number;
  scale: number;
  shift: number;
  sequenceEpsilon: number;
}

export const STEPS = 5;

export function defaults(preset = DEFAULT_PRESET): State {
  return {
    preset,
    x: [...PRESETS[preset].x],
    gamma: Array<number>(WIDTH).fill(1),
    beta: Array<number>(WIDTH).fill(0),
    epsilon: 1e-5,
    step: 1,
    utterance: "test-0",
    frame: 0,
    gain: 1,
    offset: 0,
    scale: 1,
    shift: 0,
    sequenceEpsilon: 1e-5,
  };
}

/** The short name that each part has in a link. */
const KEYS = {
  x: "x",
  gamma: "g",
  beta: "b",
  epsilon: "e",
  step: "step",
  utterance: "u",
  frame: "f",
  gain: "ua",
  offset: "uo",
  scale: "ug",
  shift: "ub",
  sequenceEpsilon: "ue",
} as const;

export function format(state: State): string {
  const usual = defaults(state.preset);
  const parts = state.preset === DEFAULT_PRESET ? [] : [`p=${state.preset}`];
  for (const key of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
    const text = write(state[key]);
    if (text !== write(usual[key])) parts.push(`${KEYS[key]}=${text}`);
  }
  return parts.join("&");
}

function write(value: number | string | number[]): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? shortest(value) : value.map(shortest).join(",");
}

/** Links are typed and cut short by people: a part that makes no sense is left at its default. */
export function parse(text: string): State {
  const given = new URLSearchParams(text);
  const preset = given.get("p") ?? "";
  const state = defaults(Object.hasOwn(PRESETS, preset) ? preset : DEFAULT_PRESET);
  const number = (key: keyof typeof KEYS, min: number, max: number) => {
    // The sliders give f32 too: what is computed must be the same to the last bit.
    const value = Math.fround(Number(given.get(KEYS[key]) || NaN));
    return value >= min && value <= max ? value : undefined;
  };
  const row = (key: keyof typeof KEYS) => {
    const values = given.get(KEYS[key])?.split(",").map((part) => (part === "" ? NaN : Math.fround(Number(part))));
    return values?.length === WIDTH && values.every(Number.isFinite) ? values : undefined;
  };
  state.x = row("x") ?? state.x;
  state.gamma = row("gamma") ?? state.gamma;
  state.beta = row("beta") ?? state.beta;
  state.epsilon = number("epsilon", 0, 1e3) ?? state.epsilon;
  state.step = Math.round(number("step", 1, STEPS) ?? state.step);
  const utterance = given.get(KEYS.utterance);
  if (utterance && /^(train|test)-\d{1,3}$/.test(utterance)) state.utterance = utterance;
  state.frame = Math.round(number("frame", 0, 1000) ?? state.frame);
  state.gain = number("gain", 0, 100) ?? state.gain;
  state.offset = number("offset", -100, 100) ?? state.offset;
  state.scale = number("scale", -100, 100) ?? state.scale;
  state.shift = number("shift", -100, 100) ?? state.shift;
  state.sequenceEpsilon = number("sequenceEpsilon", 0, 1e3) ?? state.sequenceEpsilon;
  return state;
}
