/** The button that puts a section's values back; it is disabled when there is nothing to put back. */
import { h } from "./dom";
import { keysOf, type SectionId } from "./state";
import type { Store } from "./store";

export function resetButton(store: Store, section: SectionId): HTMLButtonElement {
  const keys = keysOf(section);
  const button = h("button", { type: "button", class: "reset" }, "Reset");
  button.addEventListener("click", () => store.reset(keys));
  store.watch(keys, () => (button.disabled = !store.differs(keys)));
  return button;
}
