/** Section 2: who shares a mean? A batch, five norms, and what each of them looks at. */
import { record, touch } from "./axis-data";
import { equationOf, written } from "./axis-equation";
import { Fan } from "./axis-fan";
import { Normaliser, runningStatistics } from "./axis-norms";
import { sharers } from "./axis-sets";
import { atFirst, CELLS, EXAMPLES, isPresent, isUntouched, nearestPresent, NORMS, placeOf, stepsOf, type Experiment } from "./axis-shape";
import { VIEWS, VIVID, type AxisState } from "./axis-state";
import { Tensor } from "./axis-tensor";
import { never, SHOWN, TITLES, verdict, who } from "./axis-words";
import { appendGently, breath } from "./breath";
import { h, s, set } from "./dom";
import { fixed, shown } from "./format";
import { radios } from "./radios";
import { resetButton } from "./reset";
import { atRest } from "./rest";
import { linear, slider } from "./slider";
import { keysOf, type State } from "./state";
import type { Store } from "./store";
import "./style/chips.css";
import "./style/maths.css";
import "./style/axis.css";
import { Table } from "./table";
import { onTheme, themePalette } from "./theme";
import { toggle, toolbar } from "./toolbar";
import { symbol, typeset, write } from "./typeset";

/** A screen reader is told what an experiment did once it has rested for so many milliseconds. */
const QUIET = 700;

/** Of numbers beside the equation. */
const DIGITS = 4;
/** The sizes a batch can have. */
const WHOLE = { ...linear(1, EXAMPLES, EXAMPLES - 1), text: String };

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const live = root.querySelector<HTMLElement>(".live");
  if (!live) throw new Error("the section has no place for its live figure");
  const recordings = record();
  const normaliser = new Normaliser(runningStatistics(recordings.earlier));
  await breath();

  const swatch = (norm: string) =>
    s("svg", { class: "swatch", viewBox: "0 0 24 8", "data-norm": norm, "aria-hidden": "true" }, s("line", { x1: 0, y1: 4, x2: 24, y2: 4 }));
  const norm = radios("axis-norm", "Norm", NORMS, (value) => [swatch(value), value === "rms" ? "RMS" : value], (value) => store.update({ axisNorm: value }));
  const viewNames = { before: [symbol("x"), " before"], after: [symbol("y"), " after"], change: ["change of ", symbol("y")] };
  const view = radios("axis-view", "Cells show", VIEWS, (value) => viewNames[value], (value) => store.update({ axisView: value }));
  const batch = slider("", "examples in the batch", WHOLE, (value) => store.update({ axisBatch: value }));
  const toggles = {
    spoiled: toggle("spoiled", "Spoil example 3", (axisSpoiled) => store.update({ axisSpoiled })),
    shifted: toggle("shifted", "Add 2 to all", (axisShifted) => store.update({ axisShifted })),
    unequal: toggle("unequal", "Unequal lengths", (on) => store.update({ axisLengths: on ? "unequal" : "equal" })),
    one: toggle("one", "One time step", (on) => store.update({ axisLengths: on ? "one" : "equal" })),
    inference: toggle("inference", "Inference", (axisInference) => store.update({ axisInference })),
  };
  const reset = resetButton(store, "axis");
  const bar = toolbar("Disturb the batch", [...Object.values(toggles), reset]);

  const tensor = new Tensor("axis-hint", (axisCell) => store.update({ axisCell }));
  const fan = new Fan();
  const judgement = h("p", { class: "axis-verdict" });
  const status = h("p", { class: "unseen", role: "status" });
  const sentence = h("p", { class: "axis-who" });
  const figures = h("p", { class: "axis-figures" });
  const sum = h("p", { class: "axis-equation" });
  const blind = h("p", { class: "axis-never" });
  const table = new Table("The batch as a table");

  const hint = h("p", { class: "axis-hint", id: "axis-hint" }, "Down: features. Across: time steps. Tap a cell, or use the arrow keys; Page Up and Page Down change the example.");
  const grid = h("div");
  const reading = h("div", { class: "axis-reading" }, h("div", { class: "axis-result" }, sentence, figures), sum, fan.element, blind);
  const layout = h("div", { class: "axis-layout" });
  await breath();

  const announce = atRest(QUIET, (text: string) => (status.textContent = text));

  const draw = (state: Readonly<State>) => {
    const name = state.axisNorm;
    const experiment = experimentOf(state);
    const chosen = nearestPresent(state.axisCell, experiment);
    const x = touch(recordings, experiment);
    const first = normaliser.run(recordings.shown, name, atFirst(experiment)).y;
    const result = normaliser.run(x, name, experiment);
    const change = result.y.map((value, index) => value - first[index]);
    const together = sharers(chosen, name, experiment);
    const lit = new Set(together);
    const moved = Array.from({ length: EXAMPLES }, (_, example) => largest(change, example));
    const values = { before: x, after: result.y, change }[state.axisView];

    live.dataset.norm = name;
    norm.set(name);
    view.set(state.axisView);
    batch.set(state.axisBatch);
    const pressed = {
      spoiled: state.axisSpoiled,
      shifted: state.axisShifted,
      unequal: state.axisLengths === "unequal",
      one: state.axisLengths === "one",
      inference: state.axisInference,
    };
    for (const [key, on] of Object.entries(pressed)) set(toggles[key as keyof typeof toggles], { "aria-pressed": String(on) });

    tensor.show({
      values,
      vivid: VIVID[state.axisView],
      experiment,
      chosen,
      sharers: together,
      shared: name === "rms" ? "rms" : "μ",
      notes: moved.map((most, example) => note(most, example, experiment)),
      name: { before: "x", after: "y", change: "change of y" }[state.axisView],
      spoken: (index) => `${state.axisView === "after" ? `x ${fixed(x[index], 1)}` : `y ${fixed(result.y[index], 3)}`}${lit.has(index) ? ", shares with the chosen cell" : ""}`,
      colours: themePalette(),
    });

    const mean = name === "rms" ? undefined : result.mean[chosen];
    const spread = result.spread[chosen];
    const all = equationOf(x[chosen], mean, spread ** 2, result.y[chosen]);
    const { example, feature, step } = placeOf(chosen);
    const said = who(name, chosen, together.length, experiment);
    write(sentence, said);
    figures.replaceChildren(
      ...(all.mean === undefined ? [] : [figure([symbol("μ")], all.mean)]),
      figure(mean === undefined ? ["rms"] : [symbol("σ")], shown(spread, DIGITS).text),
      figure([symbol("x")], all.x),
      figure([symbol("y")], all.y),
      ...(isUntouched(experiment) ? [] : [h("span", {}, "at first ", symbol("y"), " = ", shown(first[chosen], DIGITS).text)]),
    );
    sum.replaceChildren(...written(all));
    fan.show({
      before: together.map((index) => x[index]),
      after: together.map((index) => result.y[index]),
      chosen: together.indexOf(chosen),
      centre: mean ?? 0,
      spread,
      name: name === "rms" ? "" : "μ",
      label: `Example ${example + 1}, feature ${feature + 1}, step ${step + 1}: x ${all.x} becomes y ${all.y}. ${together.length} numbers before and after.`,
    });
    write(blind, never(name, experiment));

    const text = verdict(experiment, moved, spread === 0);
    write(judgement, text);
    announce(isUntouched(experiment) ? `${TITLES[name]}. ${said}` : text);

    table.show(() => ({
      head: ["cell", "x", name === "rms" ? "rms" : "μ", ...(name === "rms" ? [] : ["σ"]), "y", "y at first", "shares"],
      rows: Array.from({ length: CELLS }, (_, index) => index)
        .filter((index) => isPresent(index, experiment))
        .map((index) => {
          const place = placeOf(index);
          return [
            `${place.example + 1}.${place.feature + 1}.${place.step + 1}`,
            fixed(x[index], 1),
            ...(name === "rms" ? [] : [fixed(result.mean[index], 6)]),
            fixed(result.spread[index], 6),
            fixed(result.y[index], 6),
            fixed(first[index], 6),
            lit.has(index) ? "yes" : "",
          ];
        }),
    }));
  };
  store.watch(keysOf("axis"), draw);
  await breath();
  await appendGently(live, [h("div", { class: "axis-controls" }, norm.element, batch.element, bar), judgement, layout]);
  layout.append(grid, reading);
  const examples = [...tensor.element.children];
  tensor.element.replaceChildren();
  await appendGently(grid, [view.element, tensor.element, hint]);
  await appendGently(tensor.element, examples);
  live.append(table.element, status);
  onTheme(() => draw(store.state));
}

function experimentOf(state: Readonly<AxisState>): Experiment {
  return {
    batch: state.axisBatch,
    lengths: state.axisLengths,
    spoiled: state.axisSpoiled,
    shifted: state.axisShifted,
    inference: state.axisInference,
  };
}

function largest(change: Float64Array, example: number): number {
  const own = [...change].filter((value, index) => placeOf(index).example === example && !Number.isNaN(value));
  return own.length === 0 ? NaN : Math.max(...own.map(Math.abs));
}

function note(most: number, example: number, experiment: Experiment): { text: string; strong: boolean } {
  if (stepsOf(example, experiment) === 0) return { text: "not in the batch", strong: false };
  if (isUntouched(experiment)) return { text: "", strong: false };
  const strong = most >= SHOWN;
  return { text: strong ? `y moved ${fixed(most, 2)}` : "y as before", strong };
}

const figure = (name: (Node | string)[], value: string) => h("span", {}, ...name, " = ", h("b", {}, ...typeset(value)));
