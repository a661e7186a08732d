/** What plays a training: play and pause, step, another seed, the rate. */
import { h } from "./dom";
import { shown } from "./format";
import { slider, type Scale } from "./slider";
import { MOST_SEEDS, RATES } from "./train-state";
import type { Phase, Training } from "./training";

const rates: Scale = {
  positions: RATES.length - 1,
  toValue: (position) => RATES[position],
  toPosition: (rate) => RATES.reduce((best, each, i) => (Math.abs(Math.log(each / rate)) < Math.abs(Math.log(RATES[best] / rate)) ? i : best), 0),
  text: (rate) => shown(rate, 2).text,
};

export interface Controls {
  readonly element: HTMLElement;
  readonly rate: HTMLElement;
  show(phase: Phase, ready: boolean): void;
  set(rate: number, seed: number, steps: number): void;
}

const PLAY: Record<Phase, string> = { ready: "Play", playing: "Pause", paused: "Play on", ended: "Play again" };

export function controls(training: Training, seedOf: () => number, onChange: (change: { rate?: number; seed?: number }) => void): Controls {
  const button = (text: string, kind: string, act: () => void) => {
    const made = h("button", { type: "button", class: kind }, text);
    made.addEventListener("click", act);
    return made;
  };
  const play = button(PLAY.ready, "play", () => (training.phase === "playing" ? training.pause() : training.play()));
  const step = button("One step", "chip", () => training.step());
  const seed = button("Another seed", "chip", () => onChange({ seed: (seedOf() % MOST_SEEDS) + 1 }));
  const rate = slider("", "learning rate", rates, (value) => onChange({ rate: value }));
  const number = h("span", { class: "seed" });
  return {
    element: h("div", { class: "train-controls" }, play, step, seed, number),
    rate: rate.element,
    show(phase, ready) {
      play.textContent = PLAY[phase];
      play.disabled = !ready;
      step.disabled = !ready || phase === "playing" || phase === "ended";
    },
    set(value, own, steps) {
      rate.set(value);
      number.textContent = `seed ${own}, ${steps} steps`;
    },
  };
}
