// The packed package in each place in which a browser runs scripts: the page, workers of three kinds, an AudioWorklet.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

/** Bits of what each entry point computes. */
export const PROBE = `import { backend, groupNorm, layerNorm } from "layernorm";
import { layerNormBackward } from "layernorm/full";
import { layerNorm as ofHalves, narrow } from "layernorm/mixed";
import { LnGru } from "layernorm/sequence";
import { layerNorm as ofCodes } from "layernorm/quantized";
export const probe = () => {
  const x = Float32Array.from({ length: 300 }, (_, i) => ((i * 7919) % 1009) / 64 - 5);
  const y = layerNorm(x, { width: 100 });
  const dx = layerNormBackward(x, y, { width: 100 });
  const gru = new LnGru({ inputs: 1, units: 2, weights: Float32Array.from({ length: 42 }, (_, i) => i / 64) });
  gru.x[0] = 0.5;
  gru.step();
  const codes = ofCodes(Int8Array.from({ length: 8 }, (_, i) => 9 * i - 40), { input: { scale: 0.02 }, output: { scale: 0.03 } });
  const groups = groupNorm(x, { groups: 2, channels: 4, positions: 25, gamma: x.subarray(0, 4) });
  const halves = ofHalves(narrow(x, { dtype: "bf16" }), { width: 100, dtype: "bf16" });
  let hash = 0;
  for (const values of [y, dx, gru.h.slice(), groups, halves.slice()]) for (const bits of new Uint32Array(values.buffer)) hash = (Math.imul(hash, 31) + bits) | 0;
  return \`\${backend()} \${(hash >>> 0).toString(16)} \${codes.join()}\`;
};`;

const PAGE = `import { compiled } from "layernorm";
import { probe } from "./probe.js";
const within = (promise) => Promise.race([promise, new Promise((_, reject) => setTimeout(reject, 20_000, new Error("no answer")))]);
const answer = (target) => new Promise((resolve, reject) => {
  target.addEventListener("message", ({ data }) => resolve(data), { once: true });
  target.addEventListener("error", ({ message }) => reject(new Error(message)), { once: true });
});
const places = {
  page: async () => probe(),
  "module worker": async () => answer(new Worker("module-worker.js", { type: "module" })),
  "classic worker": async () => answer(new Worker("classic-worker.js")),
  "shared worker": async () => {
    const { port } = new SharedWorker("shared-worker.js");
    port.start();
    return answer(port);
  },
  "service worker": async () => {
    const registration = await navigator.serviceWorker.register("service-worker.js");
    await navigator.serviceWorker.ready;
    const said = answer(navigator.serviceWorker);
    navigator.serviceWorker.startMessages();
    registration.active.postMessage("");
    return said.finally(() => registration.unregister());
  },
  AudioWorklet: async () => {
    const context = new OfflineAudioContext(1, 128, 8000);
    await context.audioWorklet.addModule("processor.js");
    const { port } = new AudioWorkletNode(context, "rows", { processorOptions: { source: await compiled() } });
    port.start();
    return answer(port);
  },
};
const said = {};
for (const [name, ask] of Object.entries(places)) said[name] = await within(ask()).catch((error) => String(error));
globalThis.result = said;
// For browsers that nobody drives.
await fetch("result", { method: "POST", body: JSON.stringify(said) });`;

const SOURCES = {
  "probe.js": PROBE,
  "page.js": PAGE,
  "module-worker.js": `import { probe } from "./probe.js"; postMessage(probe());`,
  "classic-worker.js": `import { probe } from "./probe.js"; postMessage(probe());`,
  "shared-worker.js": `import { probe } from "./probe.js"; onconnect = ({ ports: [port] }) => port.postMessage(probe());`,
  "service-worker.js": `import { probe } from "./probe.js";
    addEventListener("install", () => skipWaiting());
    addEventListener("activate", (event) => event.waitUntil(clients.claim()));
    addEventListener("message", ({ source }) => source.postMessage(probe()));`,
  "processor.js": `import { initSync } from "layernorm";
    import { probe } from "./probe.js";
    registerProcessor("rows", class extends AudioWorkletProcessor {
      constructor({ processorOptions: { source } }) {
        super();
        initSync({ source });
        this.port.postMessage(probe());
      }
      process() { return false; }
    });`,
};

/** Places in a page. */
export const PLACES = ["page", "module worker", "classic worker", "shared worker", "service worker", "AudioWorklet"];

/** Builds the page of a project that has the package; the folder to be served. */
export async function contexts(folder) {
  const out = join(folder, "contexts");
  mkdirSync(out);
  for (const [name, text] of Object.entries(SOURCES)) writeFileSync(join(folder, name), text);
  const built = (format, ...names) =>
    build({ entryPoints: names.map((name) => join(folder, `${name}.js`)), outdir: out, bundle: true, format, target: "es2022" });
  await built("esm", "page", "module-worker", "processor");
  await built("iife", "classic-worker", "shared-worker", "service-worker");
  const html = `<!doctype html><title>contexts</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>`;
  writeFileSync(join(out, "index.html"), html);
  return out;
}
