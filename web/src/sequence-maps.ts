/** Four maps of an utterance on its way through the net: the input, its sums, the same after layer norm, and the state. */
import { Chart } from "./chart";
import { h, set } from "./dom";
import { readable } from "./format";
import { HeatMap } from "./heat-map";
import { Norm, sigma } from "./norm";
import { REACH } from "./reach";
import type { Passed } from "./sequence-net";
import { themePalette } from "./theme";
import { write } from "./typeset";
import type { Utterance } from "./utterances";

const STATISTICS = [{ name: "μ", kind: "mu" }, { name: "σ", kind: "sigma" }];
const SPEAKERS = Array.from({ length: 9 }, (_, i) => ({ name: "", kind: `speaker of-${i + 1}` }));

export class Maps {
  /** One for each map. */
  readonly elements: readonly HTMLElement[];
  readonly #norm = new Norm();
  readonly #statistics = new Norm();
  readonly #maps: Readonly<Record<keyof typeof REACH, HeatMap>>;
  readonly #charts = {
    x: new Chart("μ and σ of every frame of x", STATISTICS),
    sums: new Chart("μ and σ of every frame before layer norm", STATISTICS),
    hat: new Chart("μ and σ of every frame after layer norm", STATISTICS),
    state: new Chart("How sure the net is of each of the nine speakers, after every frame", SPEAKERS),
  };
  readonly #readouts = { x: h("p", { class: "frame-readout" }), sums: h("p", { class: "frame-readout" }), hat: h("p", { class: "frame-readout" }), state: h("p", { class: "frame-readout" }) };
  #shown: { values: Record<keyof typeof REACH, Float32Array>; lines: Record<keyof typeof REACH, readonly ArrayLike<number>[]>; id: string; speaker: number } | undefined;
  #marked = 0;

  constructor(inputs: number, units: number, onFrame: (frame: number) => void) {
    this.#maps = {
      x: new HeatMap(inputs, "x: what the net hears", onFrame),
      sums: new HeatMap(units, "x·W, before layer norm", onFrame),
      hat: new HeatMap(units, "x·W, after layer norm", onFrame),
      state: new HeatMap(units, "h: what it remembers", onFrame),
    };
    const one = (key: keyof typeof REACH) => h("div", { class: "utterance-map", "data-map": key }, this.#maps[key].element, this.#charts[key].element, this.#readouts[key]);
    this.elements = [h("div", { class: "utterance-layout" }, one("x"), one("sums")), h("div", { class: "utterance-layout" }, one("hat"), one("state"))];
  }

  /** `chances`: for each frame, of the nine speakers. */
  show({ id, speaker }: Utterance, x: Float32Array, { sums, states }: Passed, epsilon: number, chances: readonly (readonly number[])[]): void {
    const frames = chances.length;
    const of = (values: Float32Array) => {
      const { mean, rstd } = this.#statistics.run(values, values.length / frames, 0);
      return [mean, sigma(rstd)];
    };
    const hat = this.#norm.run(sums, sums.length / frames, epsilon).y;
    const speakers = Array.from({ length: 9 }, (_, i) => chances.map((own) => own[i]));
    this.#shown = {
      values: { x, sums, hat, state: states },
      lines: { x: of(x), sums: of(sums), hat: of(hat), state: speakers },
      id,
      speaker,
    };
    set(this.#charts.state.element, { "data-speaker": speaker });
    this.paint();
  }

  mark(frame: number): void {
    this.#marked = frame;
    if (!this.#shown) return;
    const { lines, speaker } = this.#shown;
    for (const key of Object.keys(REACH) as (keyof typeof REACH)[]) {
      this.#maps[key].mark(frame);
      this.#charts[key].mark(frame);
      const [first, second] = lines[key].map((own) => own[frame]);
      const words = key === "state" ? `speaker ${speaker} is the right one: ${(100 * lines.state[speaker - 1][frame]).toFixed(1)}\u00a0%` : `μ = ${readable(first)}, σ = ${readable(second)}`;
      write(this.#readouts[key], `frame ${frame}: ${words}`);
    }
  }

  /** Again, in the colours of now. */
  paint(): void {
    if (!this.#shown) return;
    const colours = themePalette();
    const { values, lines, id } = this.#shown;
    const labels = { x: `${id} as the net hears it`, sums: `${id}, sums before layer norm`, hat: `${id}, sums after layer norm`, state: `${id}, the state of the net` };
    for (const key of Object.keys(REACH) as (keyof typeof REACH)[]) {
      this.#maps[key].show(values[key], REACH[key], colours, this.#marked, `${labels[key]}, ${lines[key][0].length} frames`);
      this.#charts[key].show(lines[key], this.#marked);
    }
  }
}
