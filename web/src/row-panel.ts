/** One row under one's fingers: x, x̂, γ, β, y as five strips over the same columns, the formula beside them. */
import { css } from "./colour";
import { byId, h } from "./dom";
import { readable } from "./format";
import { Formula } from "./formula";
import { Norm, sigma } from "./norm";
import { Player } from "./player";
import { PRESETS, WIDTH } from "./presets";
import { epsilonScale, slider } from "./slider";
import { resetButton } from "./reset";
import { STEPS } from "./row-state";
import type { State } from "./state";
import "./style/row.css";
import type { Store } from "./store";
import { Strip, type Axis } from "./strip";
import { Table } from "./table";
import { onTheme, themePalette } from "./theme";
import { typeset } from "./typeset";

const PARAMETER: Axis = { centre: 0, half: 3, step: 0.1 };
/** Where colours are strongest: two spreads from the mean. */
const VIVID = 2;
/** Even a small bar must stand out from the paper. */
const FAINTEST = 0.3;
/** No x̂ of twelve numbers can exceed √11 ≈ 3.32. */
const HAT: Axis = { centre: 0, half: 3.5, step: 0.1 };

export function start(_root: HTMLElement, store: Store): void {
  const norm = new Norm();
  const plain = new Norm();
  const exact = new Norm();
  let selected = 0;
  let taught = "";

  const select = (index: number) => {
    if (index === selected) return;
    selected = index;
    for (const strip of strips) strip.select(index);
    draw(store.state);
  };
  const edit = (key: "x" | "gamma" | "beta") => (index: number, value: number) => {
    const values = [...store.state[key]];
    values[index] = value;
    store.update({ [key]: values });
  };
  const editable = (kind: "x" | "gamma" | "beta", symbol: string, name: string) =>
    new Strip({ kind, symbol, name, count: WIDTH, onSelect: select, onChange: edit(kind) });
  const computed = (kind: string, symbol: string, name: string) =>
    new Strip({ kind, symbol, name, count: WIDTH, onSelect: select });

  const x = editable("x", "x", "drag its bars");
  const hat = computed("hat", "x̂", "normalised");
  const gamma = editable("gamma", "γ", "scale, learned");
  const beta = editable("beta", "β", "shift, learned");
  const y = computed("y", "y", "the result");
  const strips = [x, hat, gamma, beta, y];
  const band = h("div", { class: "overlay band" });
  const mean = h("div", { class: "overlay mean" });
  x.addOverlay(band);
  x.addOverlay(mean);
  for (const each of strips) each.select(selected);

  const stage = byId("row-strips");
  const formula = new Formula((step) => store.update({ step }));
  const epsilon = slider("ε", "under the root", epsilonScale, (value) => store.update({ epsilon: value }));
  const table = new Table("The row as a table");
  const chips = Object.entries(PRESETS).map(([preset, { name }]) => {
    const chip = h("button", { type: "button", class: "chip", "data-preset": preset }, ...typeset(name));
    chip.addEventListener("click", () => store.update({ preset, x: [...PRESETS[preset].x] }));
    return chip;
  });
  const lesson = h("p", { class: "lesson", "aria-live": "polite" });
  const player = new Player(() => {
    const next = (store.state.step % STEPS) + 1;
    store.update({ step: next }, "replace");
    return next < STEPS;
  });

  byId("row-presets").append(...chips);
  byId("row-lesson").append(lesson);
  stage.append(...strips.map((each) => each.element));
  byId("row-formula").append(formula.element, player.element, epsilon.element, resetButton(store, "row"));
  byId("row-table").append(table.element);

  const showStep = (step: number) => {
    if (stage.dataset.step === String(step)) return;
    stage.dataset.step = String(step);
    // Bars glide from step to step, and follow a finger at once.
    stage.classList.add("gliding");
    setTimeout(() => stage.classList.remove("gliding"), 400);
  };
  const draw = (state: Readonly<State>) => {
    const row = Float32Array.from(state.x);
    const g = Float32Array.from(state.gamma);
    const b = Float32Array.from(state.beta);
    showStep(state.step);
    const own = plain.run(row, WIDTH, state.epsilon);
    const result = norm.run(row, WIDTH, state.epsilon, g, b);
    const spread = sigma(exact.run(row, WIDTH, 0).rstd)[0];
    const preset = PRESETS[state.preset];
    const colours = themePalette();
    const diverging = (value: number) => css(colours, Math.sign(value) * (FAINTEST + (1 - FAINTEST) * Math.abs(value / VIVID)));

    // From the second step on the bars are what the formula calls d: they stand on the mean.
    x.show(row, preset, () => "var(--raw)", state.step > 1 ? own.mean[0] : preset.centre);
    hat.show(own.y, HAT, diverging);
    gamma.show(g, PARAMETER, () => "var(--learned)");
    beta.show(b, PARAMETER, () => "var(--learned)");
    y.show(result.y, { ...HAT, half: Math.max(HAT.half, Math.ceil(Math.max(...result.y.map(Math.abs)))) }, diverging);

    mean.style.top = `${x.percent(own.mean[0])}%`;
    const top = x.percent(own.mean[0] + spread);
    band.style.top = `${top}%`;
    band.style.height = `${x.percent(own.mean[0] - spread) - top}%`;

    formula.show(state.step, {
      index: selected,
      x: row[selected],
      mean: own.mean[0],
      sigma: spread,
      rstd: own.rstd[0],
      hat: own.y[selected],
      gamma: g[selected],
      beta: b[selected],
      y: result.y[selected],
    });
    epsilon.set(state.epsilon);
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.preset === state.preset));
    if (state.preset !== taught) lesson.replaceChildren(...typeset(PRESETS[(taught = state.preset)].lesson));

    const columns = [row, own.y, g, b, result.y].map((values) => Array.from(values, (value) => readable(value, 6)));
    table.show(() => ({
      head: ["i", "x", "x̂", "γ", "β", "y"],
      rows: columns[0].map((_, i) => [String(i + 1), ...columns.map((values) => values[i])]),
    }));
  };
  store.watch(["preset", "x", "gamma", "beta", "epsilon", "step"], draw);
  onTheme(() => draw(store.state));
}
