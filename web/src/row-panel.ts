/** One row under one's fingers: x, x̂, γ, β, y as five strips over the same columns, the formula beside them. */
import { appendGently, breath } from "./breath";
import { Coach } from "./coach";
import { css } from "./colour";
import { h, set } from "./dom";
import { shown } from "./format";
import { Formula } from "./formula";
import { Guess } from "./guess";
import { lesson } from "./lesson";
import { PRESETS, WIDTH } from "./presets";
import { gainOf } from "./row-equations";
import { RowModel, type RowNumbers } from "./row-numbers";
import type { RowState } from "./row-state";
import { rowTools } from "./row-tools";
import { epsilonScale, slider } from "./slider";
import "./style/chips.css";
import "./style/maths.css";
import "./style/row.css";
import "./style/strip.css";
import "./style/coach.css";
import type { Store } from "./store";
import { Strip, type Axis } from "./strip";
import { Table } from "./table";
import { TASKS } from "./tasks";
import { onTheme, themePalette } from "./theme";
import { write } from "./typeset";

const PARAMETER: Axis = { centre: 0, half: 3, step: 0.1 };
/** Where colours are strongest: two spreads from the mean. */
const VIVID = 2;
/** Even a small bar must stand out from the paper. */
const FAINTEST = 0.3;
/** No x̂ of twelve numbers can exceed √11 ≈ 3.32. */
const HAT: Axis = { centre: 0, half: 3.5, step: 0.1 };
/** The steps that show the mean, the spread, x̂ and y. */
const [MEAN, DIFFERENCE, SPREAD, NORMALISED, RESULT] = [1, 2, 3, 4, 5];

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const model = new RowModel();
  let selected = 0;
  let numbers: RowNumbers;

  const select = (index: number) => {
    if (index === selected) return;
    selected = index;
    for (const strip of strips) strip.select(index);
    tell(store.state);
  };
  const edit = (key: "x" | "gamma" | "beta") => (index: number, value: number) => {
    // In this task one column would not teach more than all.
    const together = store.state.task === "equal" && key !== "x";
    store.update({ [key]: store.state[key].map((old, i) => (together || i === index ? value : old)) });
  };
  const editable = (kind: "x" | "gamma" | "beta", symbol: string, name: string) =>
    new Strip({ kind, symbol, name, count: WIDTH, onSelect: select, onChange: edit(kind) });
  const computed = (kind: string, symbol: string, name: string) =>
    new Strip({ kind, symbol, name, count: WIDTH, onSelect: select });
  const x = editable("x", "x", "drag its bars");
  const hat = computed("hat", "x̂", "normalised");
  await breath();
  const gamma = editable("gamma", "γ", "scale, learned");
  const beta = editable("beta", "β", "shift, learned");
  const y = computed("y", "y", "the result");
  const strips = [x, hat, gamma, beta, y];
  const meanName = h("span", { class: "mean-name", "aria-hidden": "true" }, "μ");
  x.plot.append(meanName);
  await breath();
  for (const each of strips) each.select(selected);

  const guess = new Guess(x);
  const coach = new Coach(guess, {
    reveal: (step) => store.update({ seen: Math.max(step, store.state.seen), step }),
    askAgain: () => store.update({ seen: 0, step: 1 }),
    begin: (task) => store.update({ ...TASKS[task].begin(store.state, numbers), task }),
    stop: () => store.update({ task: "" }),
    refresh: () => tell(store.state),
  });
  await breath();
  const formula = new Formula((step) => {
    coach.forget();
    store.update({ seen: Math.max(step, store.state.seen), step });
  });
  const epsilon = slider("ε", "under the root", epsilonScale, (value) => store.update({ epsilon: value }));
  await breath();
  const [gain, bound] = [h("span", { class: "equation" }), h("span", { class: "equation" })];
  const tools = rowTools(store);
  const table = new Table("The row as a table");
  const remark = h("p", { class: "lesson" });

  const stage = h("div", { id: "row-strips" });
  const left = h("div", { class: "row-column" }, stage, h("div", { id: "row-epsilon" }, epsilon.element, h("p", { class: "gain" }, gain, bound)));
  const right = h("div", { class: "row-column" });

  const showStep = (step: number) => {
    if (stage.dataset.step === String(step)) return;
    stage.dataset.step = String(step);
    // Bars glide from step to step, and follow a finger at once.
    stage.classList.add("gliding");
    setTimeout(() => stage.classList.remove("gliding"), 400);
  };

  const drawStrips = (state: Readonly<RowState>, n: RowNumbers) => {
    const { step, seen, task } = state;
    const axis = axisOf(state);
    const colours = themePalette();
    const colour = (value: number) => css(colours, Math.sign(value) * (FAINTEST + (1 - FAINTEST) * Math.abs(value / VIVID)));
    const reach = Math.ceil(Math.max(HAT.half, ...n.y.map(Math.abs)));
    const fitting = task === "equal" ? { ...axis, half: Math.max(axis.half, reach) } : { ...HAT, half: reach === 4 ? HAT.half : reach };

    // From the second step on the bars are what the formula calls d: they stand on the mean.
    x.show({ values: n.x, axis, finest: n.spread, base: seen >= DIFFERENCE && step >= DIFFERENCE ? n.mean : axis.centre });
    hat.show({ values: n.hat, axis: HAT, colour, hidden: seen < NORMALISED });
    gamma.show({ values: n.gamma, axis: PARAMETER });
    beta.show({ values: n.beta, axis: PARAMETER });
    y.show({ values: n.y, axis: fitting, colour, hidden: seen < RESULT, ...(task === "equal" && { target: n.x }) });

    x.art.mean(seen >= MEAN ? x.percent(n.mean) : undefined);
    const band = seen >= SPREAD && step >= SPREAD;
    x.art.band(band ? [x.percent(n.mean - n.spread), x.percent(n.mean + n.spread)] : undefined);
    set(meanName, { hidden: seen < MEAN });
    meanName.style.setProperty("--mean", `${x.percent(n.mean)}%`);
  };

  /** What is said in numbers, which the chosen element changes too. */
  const tell = (state: Readonly<RowState>) => {
    const axis = axisOf(state);
    formula.show(state.step, state.seen, selected, numbers);
    coach.show(state, numbers, selected, axis.half);
    const { kind, open } = coach.guessing(state);
    guess.show(kind, open, axis, numbers.mean);
  };

  const draw = (state: Readonly<RowState>) => {
    numbers = model.compute(state);
    showStep(state.step);
    stage.dataset.seen = String(state.seen);
    drawStrips(state, numbers);
    tell(state);
    epsilon.set(state.epsilon);
    const [now, most] = state.seen < NORMALISED ? ["Its effect shows in step 4.", ""] : gainOf(numbers);
    write(gain, now);
    write(bound, most ?? "");
    tools.show(state);
    // Before the spread is known, the lesson would give the answers away.
    write(remark, state.seen < SPREAD ? INVITATION : lesson(state.preset, numbers));
    showTable(state, numbers);
  };
  const showTable = (state: Readonly<RowState>, n: RowNumbers) => {
    const cells = (values: ArrayLike<number>, revealed = true) => Array.from(values, (value) => (revealed ? shown(value, 6).text : "?"));
    table.show(() => {
      const columns = [cells(n.x), cells(n.hat, state.seen >= NORMALISED), cells(n.gamma), cells(n.beta), cells(n.y, state.seen >= RESULT)];
      return {
        head: ["i", "x", "x̂", "γ", "β", "y"],
        rows: columns[0].map((_, i) => [String(i + 1), ...columns.map((values) => values[i])]),
      };
    });
  };
  await breath();
  // The bars by themselves first: all of it at once, and nothing compiled yet, is the longest task of the page.
  numbers = model.compute(store.state);
  drawStrips(store.state, numbers);
  await breath();
  store.watch(["preset", "x", "gamma", "beta", "epsilon", "step", "seen", "task"], draw);
  onTheme(() => draw(store.state));
  // A little at a time: to lay out all of it takes a phone too long.
  const live = root.querySelector(".live") as HTMLElement;
  await appendGently(live, [tools.element, remark, h("div", { class: "row-layout" }, left, right), table.element]);
  await appendGently(stage, strips.map(({ element }) => element));
  await appendGently(right, [formula.element, coach.element]);
}

const INVITATION = "Twelve numbers, one row: think of one token, or one moment of a sound. Guess each step of the norm before you see it, or have every step shown.";

/** The example's axis, made wider by doubling until it holds the row. */
function axisOf({ preset, x }: Readonly<RowState>): Axis {
  const { centre, half, step } = PRESETS[preset];
  const off = (from: number) => Math.max(...x.map((value) => Math.abs(value - from)));
  if (off(centre) <= half) return { centre, half, step };
  // A row that stands far from 0 is looked at where it stands.
  const near = centre === 0 ? 0 : Math.round(x.reduce((sum, value) => sum + value, 0) / x.length);
  return { centre: near, half: half * 2 ** Math.max(0, Math.ceil(Math.log2(off(near) / half))), step };
}

