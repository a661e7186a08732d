/** Section 0: thirty layers, and what becomes of a signal in them while one slider scales all weights. */
import { breath } from "./breath";
import { byId, h } from "./dom";
import { readable } from "./format";
import { LAYERS, Net, type Choice } from "./layers-net";
import { dots, line } from "./layers-plot";
import { WEIGHTS } from "./layers-state";
import { resetButton } from "./reset";
import { atRest } from "./rest";
import { slider } from "./slider";
import "./style/layers.css";
import type { State } from "./state";
import type { Store } from "./store";
import { sweep } from "./sweep";
import { Table } from "./table";
import { write } from "./typeset";

const CHOICES: readonly Choice[] = ["none", "layer", "rms"];
const NAMES: Record<Choice, string> = { none: "no norm", layer: "layer norm", rms: "RMS norm" };
const POSITIONS = 120;
/** A screen reader hears of a change that rests so long. */
const REST = 700;

/** As many steps from 1 to 2 as from ½ to 1: a factor is what counts here. */
const scale = {
  positions: POSITIONS,
  toValue: (position: number) => Math.fround(Number((WEIGHTS.min * 4 ** (position / POSITIONS)).toPrecision(3))),
  toPosition: (g: number) => Math.round((POSITIONS * Math.log(g / WEIGHTS.min)) / Math.log(WEIGHTS.max / WEIGHTS.min)),
  text: (g: number) => readable(g),
};

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const net = new Net();
  // To draw the weights and to use them are two tasks.
  await breath();
  const find = (selector: string) => root.querySelector(selector) as Element;
  const control = slider("g", "scale of the weights", scale, (weights) => store.update({ weights }));
  const spoken = h("p", { class: "unseen", role: "status" });
  const table = new Table("The curves as a table");
  const outputs = CHOICES.map((choice) => find(`[data-key="${choice}"] .value`));
  const say = atRest(REST, ({ weights, curves }: { weights: number; curves: readonly number[][] }) => {
    const ends = curves.map((sizes, i) => `${NAMES[CHOICES[i]]}: ${readable(sizes[LAYERS])}`);
    spoken.textContent = `After ${LAYERS} layers with g = ${readable(weights)}, ${ends.join(", ")}.`;
  });

  const show = (g: number) => {
    const curves = CHOICES.map((choice) => net.signal(g, choice));
    curves.forEach((sizes, i) => {
      find(`.${CHOICES[i]}.curve`).setAttribute("d", line(sizes));
      write(outputs[i], readable(sizes[LAYERS]));
    });
    find(".none.dots").setAttribute("d", dots(curves[0]));
    control.set(g);
    table.show(() => ({
      head: ["layer", ...CHOICES.map((choice) => NAMES[choice])],
      rows: curves[0].map((_, layer) => [String(layer), ...curves.map((sizes) => readable(sizes[layer], 5))]),
    }));
    return curves;
  };
  const draw = ({ weights }: Readonly<State>) => say({ weights, curves: show(weights) });

  byId("layers-control").replaceChildren(control.element, resetButton(store, "layers"), spoken);
  byId("layers-table").append(table.element);
  store.watch(["weights"], draw);
  if (!store.differs(["weights"])) sweep(root, show, () => show(store.state.weights));
}
