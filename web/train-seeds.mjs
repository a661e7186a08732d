// Trains what sections 3 and 4 train, from ten seeds each, by the code of the page: writes training.json and the table of README.md.
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { right, trainers } from "./harness/trainers.mjs";

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);

if (isMainThread) await measure();
else parentPort.on("message", async (plan) => parentPort.postMessage(await right(plan)));

async function measure() {
  const { plans, RATES, USUAL_RATE, BLOCKS, BLOCKS_RATE } = await trainers();
  const layers = (name, scenario, norms = plans.NORMS, rate = USUAL_RATE) => ({ name, rate, plans: Object.fromEntries(norms.map((norm) => [norm, (seed) => plans.layersPlan(scenario, norm, rate, seed)])) });
  const blocks = (name, places, rate) => ({ name, rate, plans: Object.fromEntries(places.map((place) => [place, (seed) => plans.blocksPlan(BLOCKS.usual, place, rate, seed)])) });
  const sets = {
    bad: layers("a bad start", "bad"),
    small: layers("too small a start", "small"),
    slow: layers("too small a start", "small", ["layer", "rms"], RATES[0]),
    one: layers("a batch of one", "one"),
    well: layers("all is well", "well"),
    place: blocks(`${BLOCKS.usual} blocks`, plans.PLACES, BLOCKS_RATE),
    placeSlow: blocks(`${BLOCKS.usual} blocks`, ["post"], USUAL_RATE),
  };
  const tasks = Object.entries(sets).flatMap(([key, set]) => Object.entries(set.plans).flatMap(([lane, plan]) => SEEDS.map((seed, i) => ({ key, lane, i, plan: plan(seed) }))));
  const measured = {};
  for (const { key, lane } of tasks) (measured[key] ??= {})[lane] = [];
  await Promise.all(Array.from({ length: availableParallelism() }, () => work(tasks, measured)));
  await write(sets, measured);
}

/** Takes tasks until there are none. */
async function work(tasks, measured) {
  const worker = new Worker(new URL(import.meta.url));
  for (let task = tasks.shift(); task; task = tasks.shift()) {
    const { key, lane, i, plan } = task;
    worker.postMessage(plan);
    [measured[key][lane][i]] = await once(worker, "message");
    console.log(key, lane, SEEDS[i], measured[key][lane][i]);
  }
  await worker.terminate();
}

async function write(sets, measured) {
  const names = { none: "no norm", batch: "batch norm", layer: "layer norm", rms: "RMS norm", pre: "norm before", post: "norm after" };
  const rate = (key) => Number(sets[key].rate.toPrecision(3));
  const rows = Object.entries(measured).flatMap(([key, lanes]) =>
    Object.entries(lanes).map(([lane, values]) => `| ${sets[key].name} | ${rate(key)} | ${names[lane]} | ${values.map((value) => value ?? "NaN").join(" | ")} |`),
  );
  const table = [`| | rate | | ${SEEDS.join(" | ")} |`, `|---|--:|---|${SEEDS.map(() => "--:").join("|")}|`, ...rows].join("\n");
  const readme = new URL("README.md", import.meta.url);
  const text = await readFile(readme, "utf8");
  await writeFile(readme, text.replace(/(<!-- seeds -->\n)[^]*?(<!-- end of seeds -->)/, (_, from, to) => `${from}${table}\n${to}`));
  const lanes = (own) => Object.entries(own).map(([lane, values]) => `      "${lane}": [${values.map(String).join(", ")}]`);
  const parts = Object.entries(measured).map(([key, own]) => `    "${key}": {\n${lanes(own).join(",\n")}\n    }`);
  await writeFile(new URL("training.json", import.meta.url), `{\n  "right": {\n${parts.join(",\n")}\n  }\n}\n`);
}
