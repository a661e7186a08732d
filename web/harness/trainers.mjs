// The nets of the page in Node, by its own code, and the utterances that they learn from.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const web = fileURLToPath(new URL("../", import.meta.url));
const load = async (file) => (await runnerImport(web + file, { root: web, configFile: false, logLevel: "error" })).module;
let loaded;

/** What the page's modules export, and its corpus. */
export function trainers() {
  return (loaded ??= all());
}

async function all() {
  const files = ["src/train-net.ts", "src/trainer.ts", "src/train-plans.ts", "src/train-data.ts", "src/random.ts", "src/train-state.ts", "src/place-state.ts", "build/utterances.ts"];
  const [net, trainer, plans, data, random, { RATES, USUAL_RATE }, { BLOCKS, BLOCKS_RATE }, { split, SOURCE }] = await Promise.all(files.map(load));
  const cut = split(await readFile(SOURCE));
  const corpus = data.corpus(cut.index, new Float32Array(Uint8Array.from(Buffer.concat(cut.files)).buffer));
  return { Net: net.Net, Trainer: trainer.Trainer, CLASSES: data.CLASSES, draws: random.gaussian, plans, corpus, RATES, USUAL_RATE, BLOCKS, BLOCKS_RATE };
}

/** Per cent of test frames named right after all steps; null where the loss became no number. */
export async function right(plan) {
  const { Trainer, corpus } = await trainers();
  const trainer = new Trainer(plan, corpus);
  while (!trainer.ended) trainer.step();
  const { accuracy, broken } = trainer.sight();
  return broken ? null : Math.round(1000 * accuracy) / 10;
}
