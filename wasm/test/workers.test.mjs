// The example with workers, in Chromium and in Node. How much faster they are is printed and not judged.

import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build } from "vite";
import { project, root, run } from "./fixture.mjs";
import { launch, result, serve } from "./pages.mjs";

const SAME = /^4096 × 768: the same bits; /;

const folder = project();
for (const from of ["examples", "test"]) cpSync(join(root, "wasm", from, "workers"), folder, { recursive: true });
const { default: config } = await import(join(folder, "vite.config.js"));
const input = ["index", "bits"].map((name) => join(folder, `${name}.html`));
const whole = { ...config.build, assetsInlineLimit: 0, modulePreload: { polyfill: false }, rollupOptions: { input } };
await build({ ...config, root: folder, configFile: false, logLevel: "error", build: whole });

const isolated = await serve(join(folder, "dist"), config.preview.headers);
const browser = await launch();
after(() => browser.close());
const output = () => document.querySelector("output").value;

test("workers in a page give the bits of one thread, in every shape and number", async () => {
  const { computed, complaints } = await result(`${isolated}/bits.html`, browser);
  const refused = ["memory that is not shared", "rows that are not whole"];
  assert.deepEqual(computed, { compared: 224, different: [], refused });
  assert.deepEqual(complaints, []);
});

test("the example's page gives the bits of one thread", async (t) => {
  const { computed, complaints } = await result(`${isolated}/index.html`, browser, output);
  assert.match(computed, SAME);
  assert.deepEqual(complaints, []);
  t.diagnostic(`Chromium: ${computed}`);
});

test("the example's page says what it lacks where memory cannot be shared", async () => {
  const { computed } = await result(`${await serve(join(folder, "dist"))}/index.html`, browser, output);
  assert.match(computed, /two headers/);
});

test("worker threads of Node give the bits of one thread", (t) => {
  const computed = run(folder, `import "./node.js";`);
  assert.match(computed, SAME);
  t.diagnostic(`Node: ${computed}`);
});
