/** A spoken utterance before and after layer norm: every frame is a row of its own. */
import { appendGently, breath } from "./breath";
import { Chart } from "./chart";
import { byId, h } from "./dom";
import { bits, readable } from "./format";
import { HeatMap } from "./heat-map";
import { Norm, sigma } from "./norm";
import { epsilonScale, linear, slider, type Slider } from "./slider";
import { REACH_AFTER, REACH_BEFORE } from "./reach";
import { resetButton } from "./reset";
import type { State } from "./state";
import type { Store } from "./store";
import { Table } from "./table";
import { onTheme, themePalette } from "./theme";
import { write } from "./typeset";
import { FRAME, framesOf, UTTERANCES, type Utterance } from "./utterances";
import "./style/utterance.css";

const LINES = [{ name: "μ", kind: "mu" }, { name: "σ", kind: "sigma" }];
const USUAL = UTTERANCES.find(({ id }) => id === "test-0") as Utterance;

export async function start(_root: HTMLElement, store: Store): Promise<void> {
  const norm = new Norm();
  const before = new Norm();
  const after = new Norm();
  const chosen = (state: Readonly<State>) => UTTERANCES.find(({ id }) => id === state.utterance) ?? USUAL;
  const frameOf = (state: Readonly<State>) => Math.min(state.frame, chosen(state).frames - 1);
  const toFrame = (frame: number, entry: "push" | "replace" = "push") => {
    if (frame !== frameOf(store.state)) store.update({ frame }, entry);
  };
  // A pointer that only passes over a map is nothing to go back to.
  const pointTo = (frame: number) => toFrame(frame, "replace");

  const picker = utterancePicker((id) => store.update({ utterance: id }));
  const frame = slider("", "frame", { positions: 1, toValue: (p) => p, toPosition: (v) => v, text: String }, toFrame);
  const frameInput = frame.element.querySelector("input") as HTMLInputElement;
  const sliders = {
    gain: slider("a", "louder input", linear(0, 3, 60), (gain) => store.update({ gain })),
    offset: slider("b", "moved input", linear(-2, 2, 80), (offset) => store.update({ offset })),
    scale: slider("γ", "scaled result", linear(-2, 2, 80), (scale) => store.update({ scale })),
    shift: slider("β", "shifted result", linear(-2, 2, 80), (shift) => store.update({ shift })),
    sequenceEpsilon: slider("ε", "under the root", epsilonScale, (value) => store.update({ sequenceEpsilon: value })),
  };
  const keys = Object.keys(sliders) as (keyof typeof sliders)[];
  const inMap = new HeatMap(FRAME, "Before: a·x + b", pointTo);
  const outMap = new HeatMap(FRAME, "After: y", pointTo);
  const readouts = ["before", "after"].map(() => {
    const [place, mean, spread] = [h("span"), h("span"), h("span")];
    const names = [h("i", { class: "symbol mean-text" }, "μ"), h("i", { class: "symbol" }, "σ")];
    return { place, mean, spread, element: h("p", { class: "frame-readout" }, place, names[0], mean, names[1], spread) };
  });
  const charts = ["before", "after"].map((place) => new Chart(`μ and σ of every frame, ${place} layer norm`, LINES));
  const toBars = h("button", { type: "button", class: "link" }, "Open this frame in the bars above");
  const asBits = h("input", { type: "checkbox" });
  const table = new Table("Every frame as a table", h("label", { class: "check" }, asBits, " as the bits of f32"));

  await breath();
  byId("utterance-picker").append(picker.element, frame.element);
  await picker.fill();
  // What changes the input stands below it, and what changes the result below that.
  const { gain, offset, ...result } = sliders;
  const group = (own: Record<string, Slider>) => h("div", { class: "sliders" }, ...Object.values(own).map(({ element }) => element));
  byId("utterance-before").append(inMap.element, charts[0].element, readouts[0].element, group({ gain, offset }));
  byId("utterance-after").append(outMap.element, charts[1].element, readouts[1].element, group(result));
  byId("utterance-tools").append(toBars, resetButton(store, "sequence"));
  byId("utterance-table").append(table.element);
  await breath();

  // What is shown, which stays until the next one has arrived.
  let utterance = chosen(store.state);
  let heard = await framesOf(utterance);
  const problem = h("p", { role: "status", class: "problem" });
  byId("utterance-picker").append(problem);
  const load = async (wanted: Utterance) => {
    try {
      const arrived = await framesOf(wanted);
      // Meanwhile another one may have been chosen.
      if (wanted !== chosen(store.state)) return;
      [utterance, heard] = [wanted, arrived];
      draw(store.state);
    } catch (error) {
      problem.textContent = `${wanted.id} is not here: ${error instanceof Error ? error.message : String(error)}`;
    }
  };

  const draw = (state: Readonly<State>) => {
    const wanted = chosen(state);
    picker.show(wanted);
    if (wanted !== utterance) return void load(wanted);
    problem.textContent = "";
    const marked = frameOf(state);
    const same = state.gain === 1 && state.offset === 0;
    const x = same ? heard : heard.map((value) => value * state.gain + state.offset);
    const parameter = (value: number, usual: number) =>
      value === usual ? undefined : new Float32Array(FRAME).fill(value);
    const result = norm.run(x, FRAME, state.sequenceEpsilon, parameter(state.scale, 1), parameter(state.shift, 0));
    const [statsIn, statsOut] = [before.run(x, FRAME, 0), after.run(result.y, FRAME, 0)];
    const spreads = [sigma(statsIn.rstd), sigma(statsOut.rstd)];
    const means = [statsIn.mean, statsOut.mean];
    const colours = themePalette();

    frameInput.max = String(utterance.frames - 1);
    frame.set(marked);
    for (const key of keys) sliders[key].set(state[key]);
    inMap.show(x, REACH_BEFORE, colours, marked, `${utterance.id} before layer norm, ${utterance.frames} frames of ${FRAME}`);
    outMap.show(result.y, REACH_AFTER, colours, marked, `${utterance.id} after layer norm`);
    const frames = Array.from({ length: utterance.frames }, (_, i) => i);
    charts.forEach((chart, i) => chart.show([means[i], spreads[i]], marked));
    readouts.forEach(({ place, mean, spread }, i) => {
      write(place, `frame ${marked}: `);
      write(mean, ` = ${readable(means[i][marked])}, `);
      write(spread, ` = ${readable(spreads[i][marked])}`);
    });

    const y = Float32Array.from(result.y);
    const [mean, rstd] = [Float32Array.from(result.mean), Float32Array.from(result.rstd)];
    table.show(() => {
      const text = asBits.checked ? bits : (value: number) => readable(value, 5);
      return {
        head: ["frame", "mean", "rstd", ...Array.from({ length: FRAME }, (_, i) => `y ${i + 1}`)],
        rows: frames.map((i) => [
          String(i),
          text(mean[i]),
          text(rstd[i]),
          ...Array.from(y.subarray(i * FRAME, (i + 1) * FRAME), text),
        ]),
      };
    });
  };
  asBits.addEventListener("change", () => draw(store.state));
  toBars.addEventListener("click", () => {
    const start = Math.min(store.state.frame, utterance.frames - 1) * FRAME;
    store.update({ preset: "speech", x: Array.from(heard.subarray(start, start + FRAME)) });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    byId("row").scrollIntoView({ behavior: still ? "auto" : "smooth" });
  });
  store.watch(["utterance", "frame", ...keys], draw);
  onTheme(() => draw(store.state));
}

function utterancePicker(onPick: (id: string) => void) {
  const select = h("select", { "aria-label": "Utterance" });
  const group = (speaker: number) => {
    const own = UTTERANCES.filter((utterance) => utterance.speaker === speaker);
    const options = own.map(({ id, frames }) => h("option", { value: id }, `${id}, ${frames} frames`));
    return h("optgroup", { label: `Speaker ${speaker}` }, ...options);
  };
  select.addEventListener("change", () => onPick(select.value));
  const speaker = h("span", { class: "speaker" });
  const move = (by: number) => () => {
    const ids = Array.from(select.options, (option) => option.value);
    onPick(ids[(ids.indexOf(select.value) + by + ids.length) % ids.length]);
  };
  const button = (text: string, label: string, by: number) => {
    // The list beside them does the same with arrows: no stop for Tab.
    const made = h("button", { type: "button", class: "icon", "aria-label": label, tabindex: -1 }, text);
    made.addEventListener("click", move(by));
    return made;
  };
  return {
    element: h(
      "div",
      { class: "picker" },
      speaker,
      h("div", { class: "pick" }, button("‹", "Previous utterance", -1), select, button("›", "Next utterance", 1)),
    ),
    /** The names of all 640, a speaker at a time. */
    fill: () => appendGently(select, [1, 2, 3, 4, 5, 6, 7, 8, 9].map(group)),
    show(utterance: Utterance) {
      select.value = utterance.id;
      speaker.textContent = `Speaker ${utterance.speaker} says /ae/`;
    },
  };
}
