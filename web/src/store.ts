/** Holds the state, tells the sections of changes, and keeps the address and the browser's history up to date. */
import { write, type Value } from "./part";
import { defaults, format, parse, sectionOf, type Key, type SectionId, type State } from "./state";

type Listener = (state: Readonly<State>) => void;

/** A change that rests so long is an entry of the history: Back undoes it, and not each move of a pointer. */
const REST = 600;
/** Marks the entries that hold a whole state. Those without it come from a link within the page or from a typed address. */
const OURS = { holds: "state" };

export class Store {
  #state: State;
  #anchor: SectionId | undefined;
  #listeners: Listener[] = [];
  #timer = 0;
  #entry: "push" | "replace" = "replace";

  constructor() {
    const { anchor, state } = parse(location.hash);
    this.#state = state;
    this.#anchor = anchor;
    history.replaceState(OURS, "");
    addEventListener("popstate", () => {
      if (history.state?.holds === OURS.holds) this.#follow();
    });
    addEventListener("hashchange", () => {
      if (history.state?.holds === OURS.holds) return;
      const { anchor, bare } = parse(location.hash);
      // A link of the contents moves the page and changes nothing.
      if (bare) this.#anchor = anchor;
      else this.#follow();
      history.replaceState(OURS, "", bare ? format(this.#state, anchor) || `#${anchor}` : undefined);
    });
    addEventListener("pagehide", () => this.#write());
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** The section that the link names, or that changed last. */
  get anchor(): SectionId | undefined {
    return this.#anchor;
  }

  /** "replace" is for what moves by itself, or follows a pointer that only hovers: it makes no entry in the history. */
  update(change: Partial<State>, entry: "push" | "replace" = "push"): void {
    Object.assign(this.#state, change);
    this.#anchor = sectionOf(Object.keys(change)[0] as Key) ?? this.#anchor;
    if (entry === "push") this.#entry = "push";
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#write(), REST);
  }

  /** Back to the defaults: one section's button, or a preset before it sets its own. */
  reset(keys: readonly Key[]): void {
    const usual = defaults();
    this.update(Object.fromEntries(keys.map((key) => [key, usual[key]])) as Partial<State>);
  }

  /** Whether any of `keys` is not at its default. */
  differs(keys: readonly Key[]): boolean {
    const usual = defaults();
    return keys.some((key) => write(this.#state[key] as Value) !== write(usual[key] as Value));
  }

  /** Calls at once, and again whenever one of `keys` has changed: a section does not pay for another's. */
  watch(keys: readonly Key[], listener: Listener): void {
    let seen: unknown[] | undefined;
    const look = (state: Readonly<State>) => {
      const now = keys.map((key) => state[key]);
      if (seen && now.every((value, i) => value === seen?.[i])) return;
      seen = now;
      listener(state);
    };
    this.#listeners.push(look);
    look(this.#state);
  }

  link(): string {
    this.#write();
    return location.href;
  }

  #follow(): void {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const { anchor, state } = parse(location.hash);
    this.#state = state;
    this.#anchor = anchor;
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#state);
  }

  #write(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = 0;
    const hash = format(this.#state, this.#anchor);
    const entry = this.#entry;
    this.#entry = "replace";
    if (hash === location.hash) return;
    const address = hash || location.pathname + location.search;
    if (entry === "push") history.pushState(OURS, "", address);
    else history.replaceState(OURS, "", address);
  }
}
