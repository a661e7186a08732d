// Every example of README.md runs as it is printed. What it does not define it finds here; `?url` is what Vite makes of it.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { load, moduleBytes, project, root } from "./fixture.mjs";

const folder = project();
const { compiled, layerNorm } = await load(folder);
const text = readFileSync(join(root, "wasm/README.md"), "utf8");
const examples = Array.from(text.matchAll(/^```js\n([^]*?)^```$/gm), ([, code]) => code);

const f = (length) => Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * (i + 1)));
const codes = Int8Array.from({ length: 512 * 768 }, (_, i) => (i * 37) % 100);
const workers = [];
after(() => workers.forEach((worker) => worker.terminate()));

/** Of each example: words that it has and no other, what it does not define, and what holds afterwards, of what it does. */
const EXAMPLES = [
  ["import { layerNorm } from \"layernorm\";\n", { gamma: f(768), beta: f(768) }, "y.length === 512 * 768 && y[5] === beta[5]"],
  ["new Moments()", { chunks: [f(500), f(268)], width: 768, gamma: f(768), beta: f(768) },
    "y.length === 268 && y.every((v, i) => v === whole[500 + i])",
    ({ chunks, ...options }) => ({ whole: layerNorm(Float32Array.from(chunks.flatMap((chunk) => [...chunk])), options) })],
  ["new Classifier(await", { frames: [f(12), f(12)], fetch: async () => new Response(readFileSync(join(root, "model/speaker.i8.bin"))) },
    "logits.length === 9 && logits.some((v) => v !== 0)"],
  ["leaky: 10", { bytes: readFileSync(join(root, "model/speaker.i8.bin")) }, "model.frames === 0"],
  ["LnGru.weightsLength", { frame: f(12) }, "gru.h.length === 32"],
  ["const y = layerNorm(x, { input", { x: codes.subarray(0, 768), gamma: f(768), beta: f(768) }, "y instanceof Int8Array && y.length === 768"],
  ["layernorm/mixed", { x: new Uint16Array(768).fill(0x3f80), gamma: f(768), beta: new Float32Array(768).fill(1) }, "y instanceof Uint16Array && y.every((v) => v === 0x3f80)"],
  ["residual: { scale", { codes, gamma: f(768), beta: f(768) }, "norm.y.some((v) => v !== 0) && norm.report().betaError >= 0"],
  ["init().catch", {}, "backend() === 'simd128'", () => ({}), `import { backend } from "layernorm";`],
  ["worker.postMessage(await compiled())", { Worker: class { postMessage(data) { this.data = data; } }, compiled }, "worker.data instanceof WebAssembly.Module"],
  ["// worker.js", { x: f(8), width: 4, addEventListener: async (_, hear) => hear({ data: await compiled() }), postMessage: (y) => (globalThis.posted = y) },
    "(await new Promise((resolve) => setTimeout(resolve, 100)), posted.length === 8)"],
  ["audioWorklet.addModule", {
    context: { audioWorklet: { addModule: async (address) => assert.equal(address, "./processor.js") } },
    AudioWorkletNode: class { constructor(_, name, { processorOptions: { source } }) { globalThis.node = [name, source]; } },
    compiled,
  }, "node[0] === 'rows' && node[1] instanceof WebAssembly.Module"],
  ["// processor.js", { AudioWorkletProcessor: class {}, registerProcessor: (_, of) => (globalThis.processor = of), source: await compiled() },
    "!new processor({ processorOptions: { source } }).process()"],
  ["layernorm/slim", {}, "layerNorm(new Float32Array(4), { width: 4 }).length === 4"],
  ["serve()", { addEventListener: (name) => (globalThis.heard = name) }, "heard === 'message'"],
  ["new Pool(", {
    x: f(7680),
    Worker: class { constructor() { const worker = new Worker(join(folder, "rows.mjs")); workers.push(worker); return worker; } },
  }, "y.length === 7680 && y.some((v) => v !== 0)"],
  ["norm.dispose();  ", { data: f(512 * 768), gamma: f(768), beta: f(768) }, "true"],
  ["norm.backward();", {}, "norm.dx.some((v) => v !== 0)", async () => {
    const { LayerNorm } = await load(folder, "layernorm/full");
    const norm = new LayerNorm({ width: 64, gamma: f(64), beta: f(64), backward: true });
    norm.x.set(f(64));
    norm.forward();
    return { norm, gradient: f(64).map((v) => v * v) };
  }],
];
writeFileSync(join(folder, "rows.mjs"), `import { parentPort } from "node:worker_threads";
import { serve } from "layernorm/pool";
serve(parentPort);`);

/** Addresses of what Vite serves. */
const urls = {
  name: "urls",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /url$/ }, ({ path }) => ({ path, namespace: "url" }));
    onLoad({ filter: /.*/, namespace: "url" }, ({ path }) => {
      const [, module] = /^layernorm\/(\w+)\.wasm\?url$/.exec(path) ?? [];
      const address = module ? `data:application/wasm;base64,${moduleBytes(folder, module).toString("base64")}` : path.split("?")[0];
      return { contents: `export default ${JSON.stringify(address)};` };
    });
  },
};

test("each example is one that is run here", () => {
  for (const code of examples) assert.equal(EXAMPLES.filter(([words]) => code.includes(words)).length, 1, code);
  assert.equal(examples.length, EXAMPLES.length);
});

for (const [i, [words, given, holds, more = () => ({}), before = ""]] of EXAMPLES.entries()) {
  test(`an example runs as printed: ${words.trim()}`, async () => {
    const known = { ...given, ...(await more(given)) };
    const saved = Object.keys(known).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    for (const [name, value] of Object.entries(known)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
    try {
      const contents = `${before}\n${examples.find((code) => code.includes(words))}\nexport const holds = ${holds};`;
      const outfile = join(folder, `example-${i}.mjs`);
      await build({ stdin: { contents, resolveDir: folder }, outfile, bundle: true, format: "esm", plugins: [urls], logLevel: "error" });
      assert.equal((await import(outfile)).holds, true, holds);
    } finally {
      for (const [name, old] of saved) {
        if (old) Object.defineProperty(globalThis, name, old);
        else delete globalThis[name];
      }
    }
  });
}
