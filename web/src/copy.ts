/** The buttons that copy something: the install line, and a link to what is seen. */
import { byId } from "./dom";
import type { Store } from "./store";

async function copy(text: string, done: (copied: boolean) => void): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    done(true);
  } catch {
    // Pages that are not served over https may not.
    done(false);
  }
}

export function copyButtons(store: Store): void {
  const note = byId("copy-note");
  byId("copy-link").addEventListener("click", () =>
    copy(store.link(), (copied) => (note.textContent = copied ? "Copied." : "It is in the address bar.")),
  );
  const line = byId("install-line");
  const button = byId("copy-install");
  button.addEventListener("click", () =>
    copy(line.textContent.trim(), (copied) => {
      if (!copied) getSelection()?.selectAllChildren(line);
      button.textContent = copied ? "Copied" : "Selected";
      setTimeout(() => (button.textContent = "Copy"), 2000);
    }),
  );
}
