import "./style/fonts.css";
import "./style/page.css";
import "./style/row.css";
import "./style/utterance.css";
import "./style/bench.css";
import { startPackage } from "./badge";
import { benchPanel } from "./bench-panel";
import { byId } from "./dom";
import { rowPanel } from "./row-panel";
import { Store } from "./store";
import { utterancePanel } from "./utterance-panel";
import { loadUtterances } from "./utterances";

const store = new Store();
const loading = loadUtterances();
await startPackage();
rowPanel(store);
performance.mark("first-row");
benchPanel();
utterancePanel(store, await loading);
performance.mark("first-frame");

byId("copy-link").addEventListener("click", async () => {
  const link = store.link();
  const note = byId("copy-note");
  try {
    await navigator.clipboard.writeText(link);
    note.textContent = "Copied.";
  } catch {
    // Pages that are not served over https may not; the address bar has it all the same.
    note.textContent = "It is in the address bar.";
  }
});
