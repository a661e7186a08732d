import "./style/fonts.css";
import "./style/masthead.css";
import "./style/controls.css";
// After them, for paper and forced colours.
import "./style/page.css";
import "./style/row-still.css";
import "./style/axis-still.css";
import "./style/training-still.css";
import "./style/still.css";
import { copyButtons } from "./copy";
import { byId } from "./dom";
import { keepForOffline } from "./offline";
import * as layers from "./layers-panel";
import { rail } from "./rail";
import { startSection, startWhenNear } from "./sections";
import { Store } from "./store";

const store = new Store();
// Shows the buttons that only a script can answer.
document.documentElement.dataset.alive = "";

/** A link with a section and values is none that the browser can follow by itself; a reload stays where it was. */
function scrollToLink(): void {
  const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (store.anchor && entry?.type !== "reload") byId(store.anchor).scrollIntoView();
}

rail();
copyButtons(store);
await startSection("layers", async () => layers, store);
performance.mark("hero");
scrollToLink();
await startWhenNear(
  [
    ["row", () => import("./row-panel")],
    ["axis", () => import("./axis-panel")],
    ["train", () => import("./train-panel")],
    ["place", () => import("./place-panel")],
    ["use", () => import("./use-panel")],
  ],
  // With modules and data of their own: only those fetch them who come near.
  [
    ["sequence", () => import("./sequence-panel")],
    ["integers", () => import("./integers-panel")],
  ],
  store,
);
keepForOffline();
