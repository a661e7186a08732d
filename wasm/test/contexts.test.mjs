// Places in which a browser runs scripts, in Chromium; `npm run matrix` asks other browsers.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { contexts, PLACES, PROBE } from "./contexts.mjs";
import { project } from "./fixture.mjs";
import { launch, result, serve } from "./pages.mjs";

const folder = project();
const browser = await launch();
after(() => browser.close());

test("a page, workers of each kind and an AudioWorklet have the bits of Node, under a strict policy", async () => {
  const address = await serve(await contexts(folder));
  writeFileSync(join(folder, "probe.mjs"), PROBE);
  const { probe } = await import(join(folder, "probe.mjs"));
  const { computed, complaints } = await result(`${address}/index.html`, browser);
  assert.deepEqual(computed, Object.fromEntries(PLACES.map((place) => [place, probe()])));
  assert.deepEqual(complaints, []);
});
