/** Section 6: rows of integers and of f32, by the package and by what is usual, judged by exact arithmetic; and γ, β, ε to take along. */
import { init } from "layernorm/quantized";
import scalar from "layernorm/quantized/scalar.wasm?url";
import { appendGently, breath } from "./breath";
import { h } from "./dom";
import { raised, readable, round } from "./format";
import { compare, judge, USUAL, type Choice, type Compared, type Results } from "./integers-compare";
import { exported, FILES } from "./integers-export";
import { Histograms } from "./integers-figure";
import { RECIPES, rowsOf } from "./integers-rows";
import { FORMATS, LANGUAGES, ROWS, WIDTHS, type Row } from "./integers-state";
import { swatch } from "./lanes";
import { Plot, type Axis, type Curve } from "./plot";
import { radios } from "./radios";
import { resetButton } from "./reset";
import { atRest } from "./rest";
import { epsilonScale, slider } from "./slider";
import type { State } from "./state";
import type { Store } from "./store";
import { Table } from "./table";
import { typeset, write } from "./typeset";
import { Code } from "./use-code";
import "./style/chips.css";
import "./style/training.css";
import "./style/use.css";
import "./style/integers.css";

const CHIPS: Record<Row, string> = { usual: "ordinary", far: "far from 0", narrow: "close together", wide: "as large as can be", constant: "all equal", outlier: "one outlier" };
const LANGUAGE_NAMES = { rust: "Rust", c: "C" };
/** Of the first row, what the curves and the table show. */
const FIRST = 64;
const ELEMENTS: Axis = { from: 1, to: FIRST, ticks: [1, 16, 32, 48, 64].map((at) => ({ at, text: String(at) })) };
/** Axes end at these times a power of ten. */
const LEAPS = [1, 2, 5, 10];
/** The slider of ε moves faster than a phone judges two thousand numbers. */
const REST = 120;

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const live = root.querySelector(".live") as HTMLElement;
  await init().catch(() => init({ source: scalar }));
  await breath();
  const status = h("p", { class: "train-verdict", role: "status" });
  const say = h("p", { class: "train-say" });
  const format = radios("format", "Numbers", FORMATS, (value) => [value], (value) => store.update({ format: value }));
  const row = radios("integers-row", "The row", ROWS, (value) => [CHIPS[value]], (value) => store.update({ row: value }));
  const width = radios("integers-width", "N", WIDTHS.map(String), (value) => [value], (value) => store.update({ width: Number(value) }));
  const epsilon = slider("ε", "under the root", epsilonScale, (value) => store.update({ integersEpsilon: value }));
  await breath();
  const cards = { ours: card("layer", "this package"), usual: card("none", "") };
  const histograms = new Histograms();
  const plot = new Plot("How far the first results of the package and of what is usual are off, by element", ["none", "layer"]);
  const table = new Table("The first results as a table");
  await breath();
  const language = radios("language", "A block for", LANGUAGES, (value) => [LANGUAGE_NAMES[value]], (value) => store.update({ language: value }));
  const code = new Code("the block of constants", (text) => (status.textContent = text));
  const file = h("span");
  code.element.querySelector(".code-head span")?.append(file);

  let shown = "";
  /** In pieces, between which the page answers; what was chosen meanwhile comes instead. */
  const refresh = async ({ format, row, width, integersEpsilon }: Readonly<State>) => {
    const state = { format, row, width, integersEpsilon };
    const key = JSON.stringify(state);
    if (key === shown) return;
    shown = key;
    const judged = judge(state);
    await breath();
    if (key !== shown) return;
    const compared = compare(state, judged);
    const { ours, usual, exact } = compared;
    await breath();
    if (key !== shown) return;
    const rows = rowsOf(width);
    write(say, `${RECIPES[format][row].words} ${rows} ${rows === 1 ? "row" : "rows"} of ${width}.`);
    cards.ours.show(ours, state, exact.length);
    cards.usual.show(usual, state, exact.length);
    write(cards.usual.name, USUAL[format]);
    write(status, verdict(state, ours, usual));
    table.show(() => content(state, compared));
    await breath();
    if (key !== shown) return;
    histograms.show(format === "f32" ? "units in the last place" : "steps of the result", USUAL[format], [ours, usual]);
    drawErrors(plot, state, compared);
  };
  const show = (state: Readonly<State>) => {
    format.set(state.format);
    row.set(state.row);
    width.set(String(state.width));
    epsilon.set(state.integersEpsilon);
  };
  store.watch(["format", "row", "width", "integersEpsilon"], show);
  await breath();
  await refresh(store.state);
  store.watch(["format", "row", "width", "integersEpsilon"], atRest(REST, refresh));
  await breath();
  const writeOut = ({ language: own, format, gamma, beta, integersEpsilon }: Readonly<State>) => {
    language.set(own);
    file.textContent = FILES[own];
    try {
      code.show(exported(own, format, { gamma, beta, epsilon: integersEpsilon }));
    } catch (error) {
      code.show(`/* ${error instanceof Error ? error.message : String(error)} */\n`);
    }
  };
  writeOut(store.state);
  store.watch(["language", "format", "gamma", "beta", "integersEpsilon"], atRest(REST, writeOut));

  await appendGently(live, [
    h("div", { class: "train-choice" }, format.element, row.element, h("div", { class: "integers-bar" }, width.element, epsilon.element, resetButton(store, "integers")), say),
    h("ul", { class: "lanes integers-lanes" }, cards.ours.element, cards.usual.element),
    status,
    h("div", { class: "integers-figures" }, histograms.element, h("figure", {}, h("figcaption", {}, "How far the first 64 are off"), plot.element, h("p", { class: "plot-x" }, "element"))),
    h("div", { class: "results-table" }, table.element),
    h("div", { class: "integers-export" }, h("h3", {}, "Take it along"), h("p", { class: "train-say" }, ...typeset("γ and β of section 1, ε and the numbers as they are chosen here.")), language.element, code.element),
  ]);
}

function card(kind: string, name: string) {
  const [worst, note, title] = [h("span", { class: "lane-right" }), h("span", { class: "lane-note" }), h("span", { class: "lane-name" }, name)];
  return {
    name: title,
    element: h("li", { class: "lane", "data-lane": kind }, swatch(kind), title, worst, note),
    show(results: Results, { format }: Choice, count: number): void {
      write(worst, Number.isFinite(results.worst) ? readable(results.worst, 3) : "no number");
      const unit = format === "f32" ? "units in the last place at worst" : "steps at worst";
      write(note, format === "f32" ? unit : `${unit}; ${results.saturated} of ${count} at the end of their range`);
    },
  };
}

/** What became of it, in a sentence. */
function verdict({ format }: Choice, ours: Results, usual: Results): string {
  if (!Number.isFinite(usual.worst)) return "What is usual gives results that are no numbers here.";
  const times = usual.worst / Math.max(ours.worst, format === "f32" ? 1 : 0.5);
  if (times <= 1.5) return "Here what is usual is as good.";
  if (times >= 1e4) return `What is usual is off by more than ${raised(10 ** Math.floor(Math.log10(times)), 1)} times as much here.`;
  return `What is usual is off by up to ${times < 10 ? times.toFixed(1) : Math.round(times)} times as much here.`;
}

/** How far the first results are off, element by element. */
function drawErrors(plot: Plot, { width }: Choice, { usual, ours }: Compared): void {
  const first = [usual, ours].map(({ errors }) => errors.slice(0, Math.min(FIRST, width)));
  const most = first.flat().reduce((all, error) => Math.max(all, Math.abs(error) || 0), 0.5);
  const reach = LEAPS.map((leap) => leap * 10 ** Math.floor(Math.log10(most))).find((reach) => reach >= most) ?? most;
  const axis: Axis = { from: -reach, to: reach, ticks: [-1, -0.5, 0, 0.5, 1].map((part) => ({ at: part * reach, text: Math.abs(part * reach) < 1e5 ? round(part * reach) : raised(part * reach, 2) })) };
  plot.show(ELEMENTS, axis, first.map((errors): Curve => ({ points: errors.map((error, i) => [i + 1, error]) })));
}

function content(state: Choice, { x, exact, ours, usual }: Compared) {
  const count = Math.min(FIRST, state.width);
  const whole = state.format !== "f32";
  const result = (value: number) => (whole ? String(value).replace("-", "−") : readable(value, 9));
  return {
    head: ["element", "x", "exact", "this package", "off by", USUAL[state.format], "off by"],
    rows: Array.from({ length: count }, (_, i) => [
      String(i + 1),
      result(x[i]),
      readable(exact[i], whole ? 9 : 12),
      result(ours.values[i]),
      readable(ours.errors[i], 3),
      result(usual.values[i]),
      readable(usual.errors[i], 3),
    ]),
  };
}
