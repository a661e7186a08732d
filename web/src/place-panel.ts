/** Section 4: a net of residual blocks; the reader puts the norm before each block's layers, behind its sum, or nowhere. */
import { appendGently, breath } from "./breath";
import { h } from "./dom";
import { Lanes, percent, swatch, type Lane } from "./lanes";
import { BLOCKS } from "./place-state";
import { radios } from "./radios";
import { resetButton } from "./reset";
import { linear, slider } from "./slider";
import type { Store } from "./store";
import { controls } from "./train-controls";
import { BLOCKS_STEPS, blocksPlan, PLACES, type Place } from "./train-plans";
import { Training } from "./training";
import "./style/chips.css";
import "./style/training.css";

const LANES: readonly Lane<Place>[] = [
  { key: "pre", name: "norm before" },
  { key: "post", name: "norm after" },
  { key: "none", name: "no norm" },
];
const CHIPS: Record<Place, string> = { pre: "before the layers", post: "after the sum", none: "nowhere" };
const WITH: Record<Place, string> = { pre: "With the norm before the layers", post: "With the norm after the sum", none: "Without a norm" };
const depths = { ...linear(BLOCKS.min, BLOCKS.max, (BLOCKS.max - BLOCKS.min) / 2), text: String };

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const live = root.querySelector(".live") as HTMLElement;
  const lanes = new Lanes(LANES, BLOCKS_STEPS, [
    { title: "Size of what leaves a block", of: "sizes", layers: "block" },
    { title: "Size of a block’s gradient", of: "gradients", layers: "block" },
  ]);
  await breath();
  const verdict = h("p", { class: "train-verdict", role: "status" });
  const figure = h("div", { class: "block-host" });
  const blocks = new Map(PLACES.map((key) => [key, root.querySelector(`.still [data-block="${key}"]`)?.cloneNode(true)]));
  /** The one that is trained: others keep the curves that they have. */
  let trained: Place = store.state.place;

  const training = new Training({
    saw([sight]) {
      lanes.add(trained, sight);
      lanes.draw();
    },
    became(phase) {
      play.show(phase, true);
      if (phase === "playing") verdict.textContent = "Training.";
      if (phase === "ended") verdict.textContent = outcome(trained);
    },
    failed: (why) => (verdict.textContent = `That did not work: ${why}`),
  });
  const outcome = (place: Place) => {
    const { broken, accuracy } = lanes.last(place) ?? { broken: undefined, accuracy: 0 };
    const left = LANES.filter(({ key }) => !lanes.last(key)).map(({ name }) => name);
    const next = left.length > 0 ? ` Now play ${left.join(" and ")}.` : "";
    return (broken ? `${WITH[place]} the loss was no number at step ${broken}.` : `${WITH[place]} ${percent(accuracy)} of the test frames were named right. Always naming the same man gets up to 15 % right.`) + next;
  };
  const play = controls(training, () => store.state.placeSeed, ({ rate, seed }) => store.update({ ...(rate && { placeRate: rate }), ...(seed && { placeSeed: seed }) }));
  const place = radios("place-of-norm", "The norm is", PLACES, (value) => [swatch(value), CHIPS[value]], (value) => store.update({ place: value }));
  const depth = slider("", "blocks", depths, (blocks) => store.update({ blocks }));
  const seeds = root.querySelector(".still .seeds")?.cloneNode(true);

  let common = "";
  store.watch(["place", "blocks", "placeRate", "placeSeed"], (state) => {
    place.set(state.place);
    depth.set(state.blocks);
    play.set(state.placeRate, state.placeSeed, BLOCKS_STEPS);
    const block = blocks.get(state.place);
    if (block) figure.replaceChildren(block);
    // Nets that differ in the place of their norm alone are compared; with anything else all begin anew.
    const now = [state.blocks, state.placeRate, state.placeSeed].join();
    if (now !== common) lanes.clear(state.blocks);
    common = now;
    trained = state.place;
    lanes.mark(trained);
    verdict.textContent = "";
    training.set([blocksPlan(state.blocks, state.place, state.placeRate, state.placeSeed)]);
  });
  await breath();
  await appendGently(live, [
    h("div", { class: "place-choice" }, h("div", { class: "train-choice" }, place.element, depth.element), figure),
    h("div", { class: "train-bar" }, play.element, play.rate, resetButton(store, "place")),
    h("div", { class: "train-results" }, lanes.cards, verdict, lanes.figures),
    h("div", { class: "results-table" }, lanes.table.element),
    ...(seeds ? [h("details", { class: "table" }, h("summary", {}, "Ten seeds of each, measured"), seeds)] : []),
  ]);
}
