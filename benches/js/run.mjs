// node run.mjs SETTINGS (JSON; from `cargo xtask bench`): measures everything, then writes the report.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromiumContenders } from "./chromium.mjs";
import { engine } from "./engine.mjs";
import { measure } from "./measure.mjs";
import { processContenders } from "./process.mjs";
import { report } from "./report.mjs";
import { SHAPES, label, verbs } from "./shapes.mjs";

const settings = JSON.parse(process.argv[2]);
const { module, serve, python, chromium, pkg, peers } = settings;

async function node() {
  const tf = peers && (await import("@tensorflow/tfjs-core"));
  if (tf) {
    const backend = await import("@tensorflow/tfjs-backend-wasm");
    backend.setThreadsCount(1);
    await tf.setBackend("wasm");
    await tf.ready();
  }
  const contenders = await engine({
    module: await readFile(module),
    layernorm: pkg && (await import(pathToFileURL(join(pkg, "index.js")))),
    ort: peers && (await import("onnxruntime-web")),
    tf,
  });
  return { contenders, end: () => {} };
}

async function native() {
  // candle splits rows among threads unless told not to.
  const processes = [await processContenders(serve, [], { RAYON_NUM_THREADS: "1" })];
  if (peers) {
    const one = { OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" };
    processes.push(await processContenders(python, [join(import.meta.dirname, "../python/serve.py")], one));
  }
  return {
    contenders: Object.assign({}, ...processes.map(({ contenders }) => contenders)),
    end: () => processes.forEach(({ end }) => end()),
  };
}

const ENGINES = {
  Node: node,
  Chromium: () => chromiumContenders({ executablePath: chromium, module, pkg, peers }),
  native,
};

const engines = [];
for (const [name, start] of Object.entries(ENGINES)) {
  const { contenders, version, end } = await start();
  const results = [];
  for (const shape of SHAPES) {
    process.stdout.write(`${name}, ${label(shape)}\n`);
    results.push({ shape, entries: await measure(contenders, shape, verbs(shape)) });
  }
  await end();
  engines.push({ name, version, results });
}
await report(engines, settings);
