/** Section 2: which numbers share a mean. */
import type { Store } from "./store";

export function start(_root: HTMLElement, _store: Store): void {}
