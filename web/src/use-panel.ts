/** Section 7: how to use the package, and how fast it is here. */
import { showBadge } from "./badge";
import { benchPanel } from "./bench-panel";
import "./style/bench.css";
import type { Store } from "./store";

export async function start(_root: HTMLElement, _store: Store): Promise<void> {
  benchPanel();
  await showBadge();
}
