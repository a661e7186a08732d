// node run.mjs SETTINGS (JSON; from `cargo xtask bench`): measures everything, then writes the report; or measures
// some of it, and prints the tables.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { optimise } from "../../wasm/optimise.mjs";
import { chromiumContenders } from "./chromium.mjs";
import { engine } from "./engine.mjs";
import { OURS, measure } from "./measure.mjs";
import { processContenders } from "./process.mjs";
import { report } from "./report.mjs";
import { selection } from "./selection.mjs";
import { PLAIN, label } from "./shapes.mjs";
import { tables } from "./tables.mjs";

const settings = JSON.parse(process.argv[2]);
const { module, serve, against, python, chromium, pkg, peers, only } = settings;
const chosen = selection(only);
const earlier = against && `${OURS} at ${against.commit}`;

/** Paths of the modules that `engine` takes. */
async function modules() {
  const optimised = async (path) => {
    await optimise(path, `${path}.optimised`, { simd: true });
    return `${path}.optimised`;
  };
  return { module, optimised: await optimised(module), ...(against && { against: await optimised(against.module) }) };
}

async function node() {
  const tf = peers && (await import("@tensorflow/tfjs-core"));
  if (tf) {
    const backend = await import("@tensorflow/tfjs-backend-wasm");
    backend.setThreadsCount(1);
    await tf.setBackend("wasm");
    await tf.ready();
  }
  const bytes = {};
  for (const [name, path] of Object.entries(await modules())) bytes[name] = await readFile(path);
  const contenders = await engine({
    ...bytes,
    earlier,
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
  const contenders = Object.assign({}, ...processes.map(({ contenders }) => contenders));
  if (against) {
    const then = await processContenders(against.serve, []);
    processes.push(then);
    contenders[earlier] = then.contenders[OURS];
  }
  return {
    contenders,
    end: () => processes.forEach(({ end }) => end()),
  };
}

const ENGINES = {
  Node: node,
  Chromium: async () => chromiumContenders({ executablePath: chromium, modules: await modules(), earlier, pkg, peers }),
  native,
};

const engines = [];
for (const name of chosen.engines) {
  const { contenders, version, end } = await ENGINES[name]();
  const present = Object.fromEntries(Object.entries(contenders).filter(([contender]) => chosen.contender(contender)));
  const results = [];
  for (const shape of chosen.shapes) {
    const start = performance.now();
    for (const task of chosen.tasks(shape)) {
      const plain = task === PLAIN ? null : { ...shape, ...PLAIN };
      results.push({ shape, ...task, ...(await measure(present, { ...shape, ...task }, plain)) });
    }
    process.stdout.write(`${name}, ${label(shape)}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
  }
  await end();
  engines.push({ name, version, results });
}
if (only.length) {
  for (const engine of engines) process.stdout.write(`\n## ${engine.name}\n\n${tables(engine)}\n`);
} else {
  await report(engines, settings);
}
