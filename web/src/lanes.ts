/** Nets side by side while they are trained: how many frames each names right, its loss, its gradients layer by layer. */
import { h, s, set } from "./dom";
import { readable } from "./format";
import { decades, Plot, type Axis, type Curve } from "./plot";
import { Table } from "./table";
import { CLASSES } from "./train-data";
import type { Sight } from "./trainer";
import { write } from "./typeset";

export interface Lane<K extends string> {
  readonly key: K;
  readonly name: string;
}

/** The third figure: a number a layer, in powers of ten. */
export interface Profile {
  readonly title: string;
  readonly of: "gradients" | "sizes";
  readonly layers: string;
}

export const percent = (share: number) => `${Math.round(100 * share)}\u00a0%`;
const HUNDREDTHS: Axis = { from: 0, to: 100, ticks: [0, 50, 100].map((at) => ({ at, text: `${at} %` })) };
/** A loss is drawn up to twice that of a net that knows nothing. */
const LOSSES: Axis = { from: 0, to: 2 * Math.log(CLASSES), ticks: [0, 1, 2, 3, 4].map((at) => ({ at, text: String(at) })) };
/** Beyond these powers of ten a curve runs along the edge. */
const REACH = [-16, 16] as const;

export class Lanes<K extends string> {
  readonly cards: HTMLElement;
  readonly figures: HTMLElement;
  readonly table: Table;
  readonly #lanes: readonly Lane<K>[];
  readonly #profiles: readonly { profile: Profile; plot: Plot }[];
  readonly #accuracy: Plot;
  readonly #loss: Plot;
  readonly #readouts: ReadonlyMap<K, { card: HTMLElement; right: HTMLElement; note: HTMLElement }>;
  readonly #seen = new Map<K, Sight[]>();
  readonly #steps: Axis;
  /** Draw a figure each, as things are then. */
  readonly #drawings: readonly (() => void)[] = [
    () => this.#accuracy.show(this.#steps, HUNDREDTHS, this.#over(({ accuracy }) => 100 * accuracy, HUNDREDTHS.from)),
    () => this.#loss.show(this.#steps, LOSSES, this.#over(({ loss }) => loss, LOSSES.to)),
    () => this.#profiles.forEach(({ profile, plot }) => this.#drawProfile(profile, plot)),
  ];
  /** Of them, those that are yet to be called. */
  #queue: (() => void)[] = [];
  #depth = 2;

  constructor(lanes: readonly Lane<K>[], steps: number, profiles: readonly Profile[]) {
    this.#lanes = lanes;
    this.#steps = { from: 0, to: steps, ticks: [0, 0.25, 0.5, 0.75, 1].map((part) => ({ at: steps * part, text: String(steps * part) })) };
    const kinds = lanes.map(({ key }) => key);
    this.#accuracy = new Plot("Test frames named right, by step", kinds);
    this.#loss = new Plot("Loss, by step", kinds);
    this.#profiles = profiles.map((profile) => ({ profile, plot: new Plot(`${profile.title}, by ${profile.layers}`, kinds, true) }));
    this.#readouts = new Map(
      lanes.map(({ key, name }) => {
        const [right, note] = [h("span", { class: "lane-right" }), h("span", { class: "lane-note" })];
        return [key, { right, note, card: h("li", { class: "lane", "data-lane": key }, swatch(key), h("span", { class: "lane-name" }, name), right, note) }];
      }),
    );
    this.cards = h("ul", { class: "lanes" }, ...[...this.#readouts.values()].map(({ card }) => card));
    const figure = (title: string, under: string, plot: Plot) => h("figure", {}, h("figcaption", {}, title), plot.element, h("p", { class: "plot-x" }, under));
    this.figures = h(
      "div",
      { class: "plots" },
      figure("Test frames named right", "step", this.#accuracy),
      figure("Loss (cross-entropy)", "step", this.#loss),
      ...this.#profiles.map(({ profile, plot }) => figure(profile.title, profile.layers, plot)),
    );
    this.table = new Table("The curves as a table");
    this.draw();
  }

  /** Forgets what was trained; the nets have `depth` layers from now on. */
  clear(depth: number): void {
    this.#seen.clear();
    this.#depth = depth;
    this.draw();
  }

  /** A sight from before the last one is that of a net that begins anew. */
  add(key: K, sight: Sight): void {
    const known = this.#seen.get(key) ?? [];
    const seen = sight.steps > (known.at(-1)?.steps ?? 0) ? known : [];
    this.#seen.set(key, seen);
    seen.push(sight);
  }

  last(key: K): Sight | undefined {
    return this.#seen.get(key)?.at(-1);
  }

  /** Marks lanes with a word, such as the one that the reader bets on. */
  mark(key: K | undefined): void {
    for (const [own, { card }] of this.#readouts) set(card, { "data-marked": own === key });
  }

  draw(): void {
    for (const [key, { right, note }] of this.#readouts) {
      const sight = this.last(key);
      write(right, sight === undefined ? "–" : sight.broken ? "NaN" : percent(sight.accuracy));
      write(note, sight === undefined ? "not trained yet" : sight.broken ? `broke at step ${sight.broken}` : `loss ${readable(sight.loss)}`);
    }
    const waits = this.#queue.length > 0;
    this.#queue.push(...this.#drawings.filter((each) => !this.#queue.includes(each)));
    if (!waits) this.#drawNext();
    this.table.show(() => this.#content());
  }

  /** A figure a frame: to lay out and paint all of them at once takes a phone too long. */
  #drawNext(): void {
    requestAnimationFrame(() => {
      this.#queue.shift()?.();
      if (this.#queue.length > 0) this.#drawNext();
    });
  }

  #drawProfile(profile: Profile, plot: Plot): void {
    const layers: Axis = { from: 1, to: this.#depth, ticks: layerTicks(this.#depth) };
    const values = this.#lanes.map(({ key }) => this.last(key)?.[profile.of] ?? []);
    plot.show(layers, decades(values.flat(), REACH), values.map((own) => ({ points: own.map((value, i) => [i + 1, Math.log10(value)]) })));
  }

  /** Each net's curve; one that broke ends at `end`. */
  #over(value: (sight: Sight) => number, end: number): Curve[] {
    return this.#lanes.map(({ key }) => {
      const seen = this.#seen.get(key) ?? [];
      const broken = this.last(key)?.broken;
      const points = seen.filter((sight) => sight.broken === undefined).map((sight) => [sight.steps, value(sight)] as const);
      return broken === undefined ? { points } : { points: [...points, [broken, end]], broken: true };
    });
  }

  #content() {
    const steps = [...new Set([...this.#seen.values()].flat().map((sight) => sight.steps))].sort((a, b) => a - b);
    const cell = (sight: Sight | undefined, value: (of: Sight) => string) => (sight === undefined ? "" : sight.broken ? "NaN" : value(sight));
    return {
      head: ["step", ...this.#lanes.flatMap(({ name }) => [`${name}, right`, `${name}, loss`])],
      rows: steps.map((step) => [
        String(step),
        ...this.#lanes.flatMap(({ key }) => {
          const sight = this.#seen.get(key)?.find(({ steps }) => steps === step);
          return [cell(sight, ({ accuracy }) => `${(100 * accuracy).toFixed(1)} %`), cell(sight, ({ loss }) => readable(loss, 4))];
        }),
      ]),
    };
  }
}

/** What the curve of a lane looks like. */
export function swatch(key: string): SVGElement {
  return s("svg", { class: "lane-line", viewBox: "0 0 36 8", "aria-hidden": "true" }, s("path", { class: `curve ${key}`, d: "M0 4H36" }), s("path", { class: `dots ${key}`, d: "M6 4h0M18 4h0M30 4h0" }));
}

/** 1, the last one, and one or more between them. */
function layerTicks(depth: number) {
  const step = Math.max(1, Math.round(depth / 4));
  const all = [1];
  for (let at = step; at < depth; at += step) if (at > 1 && depth - at >= step / 2) all.push(at);
  return [...all, depth].map((at) => ({ at, text: String(at) }));
}
