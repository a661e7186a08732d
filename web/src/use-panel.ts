/** Section 7: how to use the package with the reader's own row, what that costs, and how fast it is here. */
import { badge } from "./badge";
import { benchPanel } from "./bench-panel";
import { appendGently, breath } from "./breath";
import { h } from "./dom";
import { readable } from "./format";
import { Norm } from "./norm";
import { atRest } from "./rest";
import type { State } from "./state";
import type { Store } from "./store";
import { symbol, typeset } from "./typeset";
import { Code } from "./use-code";
import { firmwareFacts, rustFacts, webFacts } from "./use-facts";
import { STARTS, type Start } from "./use-starts";
import { Tabs } from "./use-tabs";
import "./style/bench.css";
import "./style/use.css";

const FACTS: Record<Start["id"], () => HTMLElement> = { web: webFacts, rust: rustFacts, firmware: firmwareFacts };

/** The bars of the row are far up: while one is dragged, nobody sees the programs. */
const REST = 150;

export async function start(root: HTMLElement, store: Store): Promise<void> {
  const live = root.querySelector(".live") as HTMLElement;
  const status = h("p", { role: "status", class: "unseen" });
  const say = (text: string) => (status.textContent = text);

  const starts = STARTS.map((each) => {
    const install = new Code(`the command that installs it, ${each.name}`, say, "in a terminal");
    const program = new Code(`the start for ${each.name}`, say, each.file);
    install.show(each.install);
    const panel = h("div", { class: "start" }, h("div", { class: "start-code" }, install.element, program.element), FACTS[each.id]());
    return { ...each, panel, program };
  });
  await breath();
  const tabs = new Tabs("Where you use it", starts, (target) => store.update({ target }));
  const result = h("p", { class: "use-result" });
  const norm = new Norm();
  store.watch(["target"], ({ target }) => tabs.show(target));
  const show = (state: Readonly<State>) => {
    for (const { program, write } of starts) program.show(write(state));
    result.replaceChildren("All three print the same numbers, to the last bit: ", symbol("y"), ...typeset(` = ${resultOf(state, norm)}.`));
  };
  show(store.state);
  store.watch(["x", "gamma", "beta", "epsilon"], atRest(REST, show));
  await breath();
  await appendGently(live, [tabs.element, result]);
  live.append(
    h("h3", { id: "bench-title" }, "Speed on this machine"),
    h(
      "p",
      { class: "bench-lead" },
      "The package in both builds, a plain JavaScript loop and, if you like, ONNX Runtime get the same rows, each in a worker of its own. ",
      "First their outputs are compared. ",
      h("code", {}, "layerNorm()"),
      " copies ",
      symbol("x"),
      ", ",
      symbol("γ"),
      " and ",
      symbol("β"),
      " into WebAssembly and ",
      symbol("y"),
      " out at every call; the class ",
      h("code", {}, "LayerNorm"),
      " keeps them there.",
    ),
    benchPanel(say),
    await badge(),
    status,
  );
}

function resultOf({ x, gamma, beta, epsilon }: Readonly<State>, norm: Norm): string {
  const { y } = norm.run(Float32Array.from(x), x.length, epsilon, Float32Array.from(gamma), Float32Array.from(beta));
  return Array.from(y, (value) => readable(value, 4)).join(", ");
}
