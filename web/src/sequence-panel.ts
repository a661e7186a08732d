/** Section 5: an utterance flows, frame by frame, through a recurrent net with layer norm, in f32 and in integers. */
import { appendGently, breath } from "./breath";
import { h } from "./dom";
import { bits, readable, round } from "./format";
import { radios } from "./radios";
import { resetButton } from "./reset";
import { heard, powers } from "./sequence-input";
import { Maps } from "./sequence-maps";
import { chances, loadNet, STORAGES, type Passed } from "./sequence-net";
import { GAINS, LAST, LOUDNESSES, NOISES, type Loudness } from "./sequence-state";
import { Speakers } from "./sequence-speakers";
import { linear, slider } from "./slider";
import type { State } from "./state";
import type { Store } from "./store";
import { Table } from "./table";
import { onTheme } from "./theme";
import { utterancePicker } from "./utterance-picker";
import { FRAME, framesOf, UTTERANCES, type Utterance } from "./utterances";
import "./style/chips.css";
import "./style/sequence.css";

const USUAL = UTTERANCES.find(({ id }) => id === "test-0") as Utterance;
/** Milliseconds from frame to frame while it plays: some 15 times as slow as the man spoke. */
const PACE = 100;
const CHIPS: Record<Loudness, string> = { even: "as recorded", rising: "rising", burst: "one loud frame" };
const gains = { ...linear(GAINS.min, GAINS.max, GAINS.max - GAINS.min), text: (power: number) => (power < 0 ? `1/${2 ** -power}` : `${2 ** power}`) };

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const live = root.querySelector(".live") as HTMLElement;
  const chosen = (state: Readonly<State>) => UTTERANCES.find(({ id }) => id === state.utterance) ?? USUAL;
  // What is shown, which stays until the next one has arrived.
  let utterance = chosen(store.state);
  const [net, first] = await Promise.all([loadNet(), framesOf(utterance)]);
  let recorded = first;
  await breath();

  const last = () => utterance.frames - 1;
  const frameOf = (state: Readonly<State>) => Math.min(state.frame, last());
  const toFrame = (frame: number, entry: "push" | "replace" = "push") => {
    const wanted = frame >= last() ? LAST : frame;
    if (wanted !== store.state.frame) store.update({ frame: wanted }, entry);
  };
  const picker = utterancePicker((id) => (stop(), store.update({ utterance: id, frame: LAST })));
  const frame = slider("", "heard up to frame", { positions: 1, toValue: (p) => p, toPosition: (v) => v, text: String }, (value) => (stop(), toFrame(value)));
  const frameInput = frame.element.querySelector("input") as HTMLInputElement;
  const loudness = radios("loudness", "Loudness", LOUDNESSES, (value) => [CHIPS[value]], (value) => store.update({ loudness: value }));
  const gain = slider("", "times as loud", gains, (value) => store.update({ gain: value }));
  const noise = slider("", "noise", { ...linear(NOISES.min, NOISES.max, 20), text: round }, (value) => store.update({ noise: value }));
  const problem = h("p", { role: "status", class: "problem" });
  const play = h("button", { type: "button", class: "play" }, "Play");
  await breath();

  // A pointer that only passes over a map is nothing to go back to.
  const maps = new Maps(FRAME, net.units, (at) => (stop(), toFrame(at, "replace")));
  await breath();
  const speakers = new Speakers(net);
  const asBits = h("input", { type: "checkbox" });
  const table = new Table("The logits after every frame as a table", h("label", { class: "check" }, asBits, " those of f32 as their bits"));
  const toBars = h("button", { type: "button", class: "link" }, "Open this frame in the bars of section 1");

  let timer = 0;
  function stop(): void {
    clearInterval(timer);
    timer = 0;
    play.textContent = "Play";
  }
  play.addEventListener("click", () => {
    if (timer) return stop();
    if (frameOf(store.state) === last()) store.update({ frame: 0 }, "replace");
    play.textContent = "Pause";
    timer = window.setInterval(() => {
      toFrame(frameOf(store.state) + 1, "replace");
      if (frameOf(store.state) === last()) stop();
    }, PACE);
  });

  const load = async (wanted: Utterance) => {
    try {
      const arrived = await framesOf(wanted);
      // Meanwhile another one may have been chosen.
      if (wanted !== chosen(store.state)) return;
      [utterance, recorded] = [wanted, arrived];
      pass(store.state);
    } catch (error) {
      problem.textContent = `${wanted.id} is not here: ${error instanceof Error ? error.message : String(error)}`;
    }
  };

  let x = recorded;
  let passed: Passed | undefined;
  let shown = "";
  /** Everything anew, in two pieces between which the page answers; what was chosen meanwhile comes instead. */
  const pass = async (state: Readonly<State>) => {
    const wanted = chosen(state);
    picker.show(wanted);
    loudness.set(state.loudness);
    gain.set(state.gain);
    noise.set(state.noise);
    if (wanted !== utterance) return void load(wanted);
    problem.textContent = "";
    const own = [wanted.id, state.loudness, state.gain, state.noise].join();
    if (own === shown) return;
    shown = own;
    const input = heard(recorded, FRAME, powers(utterance.frames, state.loudness, state.gain), state.noise);
    const result = net.pass(input, FRAME);
    await breath();
    if (own !== shown) return;
    [x, passed] = [input, result];
    maps.show(utterance, x, passed, net.epsilon, passed.logits.f32.map((logits) => chances(logits, net.scale("f32"))));
    look(store.state);
  };
  /** What depends on the frame alone. */
  const look = (state: Readonly<State>) => {
    const at = frameOf(state);
    frameInput.max = String(last());
    frame.set(at);
    if (passed?.logits.f32.length !== utterance.frames) return;
    const { logits } = passed;
    maps.mark(at);
    speakers.show(logits, at, utterance.speaker);
    table.show(() => {
      const float = asBits.checked ? bits : (value: number) => readable(value, 5);
      const whole = (value: number) => String(value).replace("-", "−");
      const columns = [float, whole, whole];
      return {
        head: ["frame", ...STORAGES.flatMap((storage) => Array.from({ length: 9 }, (_, i) => `${storage}, ${i + 1}`))],
        rows: logits.f32.map((_, f) => [String(f), ...STORAGES.flatMap((storage, i) => Array.from(logits[storage][f], columns[i]))]),
      };
    });
  };

  asBits.addEventListener("change", () => look(store.state));
  toBars.addEventListener("click", () => {
    const from = frameOf(store.state) * FRAME;
    store.update({ preset: "speech", x: Array.from(x.subarray(from, from + FRAME)) });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    document.getElementById("row")?.scrollIntoView({ behavior: still ? "auto" : "smooth" });
  });
  const changed = ["utterance", "loudness", "gain", "noise"] as const;
  await pass(store.state);
  onTheme(() => maps.paint());
  await appendGently(live, [
    h("div", { class: "utterance-picker" }, picker.element, h("div", { class: "utterance-play" }, play, frame.element)),
    h("div", { class: "utterance-changes" }, loudness.element, gain.element, noise.element, resetButton(store, "sequence")),
    problem,
    ...maps.elements,
    speakers.element,
    h("div", { class: "utterance-tools" }, toBars, table.element),
  ]);
  // In the page already: 640 names at once are a long style.
  await picker.fill();
  store.watch(changed, pass);
  store.watch(["frame"], look);
}
