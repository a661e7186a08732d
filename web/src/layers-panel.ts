/** Section 0: thirty layers, and what becomes of a signal in them. */
import type { Store } from "./store";

export function start(_root: HTMLElement, _store: Store): void {}
