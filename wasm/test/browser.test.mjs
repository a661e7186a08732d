// The package in pages that Vite makes, in Chromium.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { build, createServer } from "vite";
import { project, root } from "./fixture.mjs";
import { launch, result, serve } from "./pages.mjs";

// As in entry-points.test.mjs.
const BITS = "bfabbab6,bee4f8f2,3ee4f8f2,3fabbab6,0,0,0,0";

const ROW = `export const row = (layerNorm) => {
  const y = layerNorm(new Float32Array([1, 2, 3, 4, 9, 9, 9, 9]), { width: 4 });
  return Array.from(new Uint32Array(y.buffer), (v) => v.toString(16)).join();
};`;
const INLINED = `import { backend, compiled, layerNorm } from "layernorm";
import { row } from "./row.js";
const here = \`\${backend()} \${row(layerNorm)}\`;
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }) => (globalThis.result = [here, data]));
worker.postMessage(await compiled());`;
const WORKER = `import { backend, initSync, layerNorm } from "layernorm";
import { row } from "./row.js";
addEventListener("message", ({ data }) => {
  initSync({ source: data });
  postMessage(\`\${backend()} \${row(layerNorm)}\`);
});`;
const HOSTED = `import address from "layernorm/scalar.wasm?url";
import { backend, init, layerNorm } from "layernorm/slim";
import { row } from "./row.js";
await init({ source: address });
globalThis.result = [\`\${backend()} \${row(layerNorm)}\`];`;

// An engine without SIMD says so, and takes the other module.
const EITHER = `import { backend, init, layerNorm } from "layernorm";
import scalar from "layernorm/scalar.wasm?url";
import { row } from "./row.js";
const said = await init().then(() => "", (error) => init({ source: scalar }).then(() => error.message));
globalThis.result = [\`\${backend()} \${row(layerNorm)}\`, said.slice(0, 43)];`;

// A module that was compiled in the page; an AudioWorklet has neither URL nor fetch. Each node starts it again.
const AUDIO = `import { compiled, layerNorm } from "layernorm";
import processor from "./processor.js?worker&url";
import { row } from "./row.js";
const context = new OfflineAudioContext(1, 128, 8000);
await context.audioWorklet.addModule(processor);
const said = async () => {
  const node = new AudioWorkletNode(context, "rows", { processorOptions: { source: await compiled() } });
  return new Promise((resolve) => (node.port.onmessage = ({ data }) => resolve(data)));
};
globalThis.result = [row(layerNorm), await said(), await said()];`;
const PROCESSOR = `import { initSync, layerNorm } from "layernorm";
import { row } from "./row.js";
registerProcessor("rows", class extends AudioWorkletProcessor {
  constructor({ processorOptions: { source } }) {
    super();
    initSync({ source });
    this.port.postMessage(row(layerNorm));
  }
  process() { return false; }
});`;

const GRADIENTS = `import { layerNormBackward } from "layernorm/full";
export const gradients = (x, options) => layerNormBackward(x, x.map((v) => v * v), options);`;
const FULL = `import { backend } from "layernorm/full";
import { gradients } from "./gradients.js";
import { row } from "./row.js";
globalThis.result = [\`\${backend()} \${row(gradients)}\`];`;

// Bits of a network's logits.
const LISTEN = `import { Classifier } from "layernorm/sequence";
export const listen = (bytes) => {
  const model = new Classifier(bytes);
  for (let t = 0; t < 20; t++) {
    model.push(Float32Array.from({ length: model.inputs }, (_, i) => (((7 * t + i) * 29) % 64) / 32 - 1));
  }
  return Array.from(new Uint32Array(model.logits().buffer), (v) => v.toString(16)).join();
};`;
const SEQUENCE = `import { backend } from "layernorm/sequence";
import { listen } from "./listen.js";
const fetched = ["./speaker.f32.bin", "./speaker.i8.bin"].map(async (address) => (await fetch(address)).arrayBuffer());
const files = await Promise.all(fetched);
globalThis.result = [backend(), ...files.map(listen)];`;

const folder = project();
const files = {
  "row.js": ROW,
  "worker.js": WORKER,
  "inlined.js": INLINED,
  "hosted.js": HOSTED,
  "either.js": EITHER,
  "audio.js": AUDIO,
  "processor.js": PROCESSOR,
  "gradients.js": GRADIENTS,
  "full.js": FULL,
  "listen.js": LISTEN,
  "sequence.js": SEQUENCE,
};
const pages = ["inlined", "hosted", "either", "audio", "full", "sequence"];
const networks = ["f32", "i8"].map((storage) => `speaker.${storage}.bin`);
mkdirSync(join(folder, "public"));
for (const name of networks) cpSync(join(root, "model", name), join(folder, "public", name));
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
for (const name of pages) {
  writeFileSync(
    join(folder, `${name}.html`),
    `<!doctype html><title>${name}</title><link rel="icon" href="data:,"><script type="module" src="./${name}.js"></script>`,
  );
}

const vite = { root: folder, configFile: false, logLevel: "error", worker: { format: "es" } };
await build({
  ...vite,
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    rollupOptions: { input: pages.map((name) => join(folder, `${name}.html`)) },
  },
});

const built = await serve(join(folder, "dist"));
const browser = await launch();
after(() => browser.close());

test("Vite's build computes on the main thread and in a worker, under a strict policy", async () => {
  const { computed, complaints } = await result(`${built}/inlined.html`, browser);
  assert.deepEqual(computed, [`simd128 ${BITS}`, `simd128 ${BITS}`]);
  assert.deepEqual(complaints, []);
});

test("slim fetches a module that is hosted, under a strict policy", async () => {
  const { computed, complaints } = await result(`${built}/hosted.html`, browser);
  assert.deepEqual(computed, [`scalar ${BITS}`]);
  assert.deepEqual(complaints, []);
});

test("gradients have the bits that they have in Node, under a strict policy", async () => {
  const [{ row }, { gradients }] = await Promise.all(["row", "gradients"].map((name) => import(join(folder, `${name}.js`))));
  const { computed, complaints } = await result(`${built}/full.html`, browser);
  assert.deepEqual(computed, [`simd128 ${row(gradients)}`]);
  assert.deepEqual(complaints, []);
});

test("classifiers from files have the bits that they have in Node, under a strict policy", async () => {
  const { listen } = await import(join(folder, "listen.js"));
  const { computed, complaints } = await result(`${built}/sequence.html`, browser);
  assert.deepEqual(computed, ["simd128", ...networks.map((name) => listen(Uint8Array.from(readFileSync(join(root, "model", name)))))]);
  assert.deepEqual(complaints, []);
});

test("an AudioWorklet computes, and starts once for all its nodes, under a strict policy", async () => {
  const { computed, complaints } = await result(`${built}/audio.html`, browser);
  assert.deepEqual(computed, [BITS, BITS, BITS]);
  assert.deepEqual(complaints, []);
});

test("without SIMD in the browser the package says so, and computes with the scalar module", async () => {
  // WebAssembly SIMD needs SSE 4.1.
  const old = await launch("--js-flags=--no-enable-sse4-1");
  try {
    const { computed } = await result(`${built}/either.html`, old);
    assert.deepEqual(computed, [`scalar ${BITS}`, "engine: expected WebAssembly with SIMD, act"]);
    assert.deepEqual((await result(`${built}/hosted.html`, old)).computed, [`scalar ${BITS}`]);
  } finally {
    await old.close();
  }
  assert.deepEqual((await result(`${built}/either.html`, browser)).computed, [`simd128 ${BITS}`, ""]);
});

test("Vite's dev server, which bundles dependencies beforehand, computes the same", async () => {
  const server = await createServer({ ...vite, server: { host: "127.0.0.1", port: 0 } });
  await server.listen();
  try {
    const [address] = server.resolvedUrls.local;
    const { computed } = await result(`${address}inlined.html`, browser);
    assert.deepEqual(computed, [`simd128 ${BITS}`, `simd128 ${BITS}`]);
    assert.deepEqual((await result(`${address}hosted.html`, browser)).computed, [`scalar ${BITS}`]);
  } finally {
    await server.close();
  }
});
