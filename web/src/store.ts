/** Holds the state, tells the panels of changes, and keeps the address bar up to date. */
import { format, parse, type State } from "./state";

type Listener = (state: Readonly<State>) => void;

/** Browsers refuse an address that changes at every move of a pointer. */
const PAUSE = 250;

export class Store {
  #state = parse(location.hash.slice(1));
  #listeners: Listener[] = [];
  #timer = 0;

  constructor() {
    addEventListener("hashchange", () => {
      this.#state = parse(location.hash.slice(1));
      this.#tell();
    });
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  update(change: Partial<State>): void {
    Object.assign(this.#state, change);
    this.#tell();
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#write(), PAUSE);
  }

  /** Calls at once, and again whenever one of `parts` has changed: a panel does not pay for another's. */
  watch(parts: readonly (keyof State)[], listener: Listener): void {
    let seen: unknown[] = [];
    const look = (state: Readonly<State>) => {
      const now = parts.map((part) => state[part]);
      if (now.every((value, i) => value === seen[i])) return;
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

  #tell(): void {
    for (const listener of this.#listeners) listener(this.#state);
  }

  #write(): void {
    clearTimeout(this.#timer);
    const hash = format(this.#state);
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }
}
