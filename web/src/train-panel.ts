/** Section 3: four nets learn to name the speaker of a frame, alike but for their norm; first the reader bets on one. */
import { appendGently, breath } from "./breath";
import { h } from "./dom";
import { Lanes, percent, swatch, type Lane } from "./lanes";
import { radios } from "./radios";
import { resetButton } from "./reset";
import type { Store } from "./store";
import { controls } from "./train-controls";
import { LAYERS_STEPS, layersPlan, NORMS, SETTINGS, type NormName } from "./train-plans";
import { SCENARIOS, type Scenario } from "./train-state";
import { Training } from "./training";
import type { Sight } from "./trainer";
import "./style/chips.css";
import "./style/training.css";

const LANES: readonly Lane<NormName>[] = [
  { key: "none", name: "no norm" },
  { key: "batch", name: "batch norm" },
  { key: "layer", name: "layer norm" },
  { key: "rms", name: "RMS norm" },
];
const NAMES = Object.fromEntries(LANES.map(({ key, name }) => [key, name])) as Record<NormName, string>;
const CHIPS: Record<Scenario, string> = { bad: "A bad start", small: "Too small a start", one: "A batch of one", well: "All is well" };
const SAY: Record<Scenario, string> = {
  bad: "Sixteen layers whose weights start twice as large as they should. 32 frames a step.",
  small: "Sixteen layers whose weights start half as large as they should. 32 frames a step.",
  one: "Four layers with a good start. Each step sees one frame.",
  well: "Four layers with a good start. 32 frames a step.",
};
const BETS = [...NORMS, "watch"] as const;

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const live = root.querySelector(".live") as HTMLElement;
  const lanes = new Lanes(LANES, LAYERS_STEPS, [{ title: "Size of a layer’s gradient", of: "gradients", layers: "layer, from the input" }]);
  await breath();
  let bet: (typeof BETS)[number] | undefined;
  const verdict = h("p", { class: "train-verdict", role: "status" });
  const say = h("p", { class: "train-say" });

  const training = new Training({
    saw(sights) {
      NORMS.forEach((norm, i) => lanes.add(norm, sights[i]));
      lanes.draw();
    },
    became(phase) {
      play.show(phase, bet !== undefined);
      if (phase === "playing") verdict.textContent = "Training.";
      if (phase === "ended") verdict.textContent = outcome(NORMS.map((norm) => lanes.last(norm) as Sight), bet);
    },
    failed: (why) => (verdict.textContent = `That did not work: ${why}`),
  });
  const play = controls(training, () => store.state.trainSeed, ({ rate, seed }) => store.update({ ...(rate && { trainRate: rate }), ...(seed && { trainSeed: seed }) }));
  const scenario = radios("train-scenario", "The start", SCENARIOS, (value) => [CHIPS[value]], (value) => store.update({ scenario: value }));
  const bets = radios("train-bet", "Which will name most frames right? Bet:", BETS, (value) => (value === "watch" ? ["just watch"] : [swatch(value), NAMES[value]]), (value) => {
    bet = value;
    lanes.mark(value === "watch" ? undefined : value);
    play.show(training.phase, true);
  });
  const seeds = root.querySelector(".still .seeds")?.cloneNode(true);

  store.watch(["scenario", "trainRate", "trainSeed"], (state) => {
    scenario.set(state.scenario);
    say.textContent = SAY[state.scenario];
    play.set(state.trainRate, state.trainSeed, LAYERS_STEPS);
    lanes.clear(SETTINGS[state.scenario].depth);
    verdict.textContent = bet ? "" : "Place a bet, then play.";
    training.set(NORMS.map((norm) => layersPlan(state.scenario, norm, state.trainRate, state.trainSeed)));
  });
  await breath();
  await appendGently(live, [
    h("div", { class: "train-choice" }, scenario.element, say, bets.element),
    h("div", { class: "train-bar" }, play.element, play.rate, resetButton(store, "train")),
    h("div", { class: "train-results" }, lanes.cards, verdict, lanes.figures),
    h("div", { class: "results-table" }, lanes.table.element),
    ...(seeds ? [h("details", { class: "table" }, h("summary", {}, "Ten seeds of each, measured"), seeds)] : []),
  ]);
}

/** Who named how many right, and what became of the bet. */
function outcome(sights: readonly Sight[], bet: (typeof BETS)[number] | undefined): string {
  const rights = sights.map(({ broken, accuracy }) => (broken ? 0 : accuracy));
  const best = rights.indexOf(Math.max(...rights));
  const each = NORMS.map((norm, i) => (sights[i].broken ? `with ${NAMES[norm]} it broke at step ${sights[i].broken}` : `${NAMES[norm]} ${percent(rights[i])}`));
  const words = `Named right: ${each.join(", ")}.`.replace("with no norm it broke", "the net without a norm broke");
  if (bet === undefined || bet === "watch") return words;
  const short = rights[best] - rights[NORMS.indexOf(bet)];
  if (short === 0) return `${words} You bet on ${NAMES[bet]}, and won.`;
  return `${words} You bet on ${NAMES[bet]}: ${NAMES[NORMS[best]]} named ${Math.round(100 * short) || "less than 1"} in 100 more.`;
}
