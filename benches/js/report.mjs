// From measurements to benches/RESULTS.md and its plots.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { ROUNDS, TOLERANCE, median } from "./measure.mjs";
import { linePlot } from "./plot.mjs";
import { ROWS, SCALING, WIDTHS, label } from "./shapes.mjs";
import { find, tables } from "./tables.mjs";
import { answers } from "./targets.mjs";

const HERE = new URL("../", import.meta.url);
const CRATES = ["burn-flex", "burn-ndarray", "candle-nn", "rten-vecmath", "tract-core"];
const cost = ({ rows, width }, { seconds }) => (median(seconds) / (rows * width)) * 1e9;

async function plots({ name, results }) {
  const questions = [
    { file: "width", shapes: WIDTHS, x: "width", title: `${name}, 64 rows`, at: ({ width }) => width },
    { file: "rows", shapes: ROWS, x: "rows", title: `${name}, width 768`, at: ({ rows }) => rows },
    { file: "scaling", shapes: SCALING, x: "width", title: `${name}, 65536 elements`, at: ({ width }) => width },
  ];
  const links = [];
  for (const { file, shapes, x, title, at } of questions) {
    const labels = new Set(shapes.map(label));
    const chosen = results.filter(({ shape }) => labels.has(label(shape))).sort((a, b) => at(a.shape) - at(b.shape));
    const names = new Set(chosen.flatMap(({ entries }) => entries.map(({ name }) => name)));
    const series = [...names].map((name) => ({
      name,
      points: chosen.flatMap(({ shape, entries }) => {
        const entry = find(entries, name, "layer");
        return entry?.seconds.length ? [[at(shape), cost(shape, entry)]] : [];
      }),
    }));
    const path = `plots/${file}-${name.toLowerCase()}.svg`;
    await writeFile(new URL(path, HERE), linePlot({ title, x, y: "ns per element", series: series.filter(({ points }) => points.length) }));
    links.push(`![Cost of an element against ${x}: ${title}](${path})`);
  }
  return links.join("\n");
}

async function versions(engines, { python }) {
  const npm = JSON.parse(await readFile(new URL("js/package.json", HERE))).dependencies;
  const lock = await readFile(new URL("contenders/Cargo.lock", HERE), "utf8");
  const crates = CRATES.map((name) => `${name} ${lock.match(new RegExp(`name = "${name}"\nversion = "(.*)"`))[1]}`);
  const pip = (await readFile(new URL("python/requirements.txt", HERE), "utf8")).trim().split("\n");
  const { "playwright-core": _, ...libraries } = npm;
  const chromium = engines.find(({ name }) => name === "Chromium").version;
  const rustc = execFileSync("rustc", ["--version"], { encoding: "utf8" }).split(" ")[1];
  const peers = python ? [...Object.entries(libraries).map((pair) => pair.join(" ")), ...crates, ...pip.map((line) => line.replace("==", " "))] : [];
  return [`Node ${process.versions.node} (V8 ${process.versions.v8})`, `Chromium ${chromium}`, `rustc ${rustc}`, ...peers].join(", ");
}

/** Linux tells; elsewhere nothing. */
async function caches() {
  const places = [0, 2, 3].map((index) => `/sys/devices/system/cpu/cpu0/cache/index${index}/size`);
  const sizes = await Promise.all(places.map((place) => readFile(place, "utf8").catch(() => "")));
  return sizes.every(Boolean) ? `; caches ${sizes.map((size) => size.trim()).join(", ")}` : "";
}

export async function report(engines, settings) {
  await mkdir(new URL("plots", HERE), { recursive: true });
  const commit = execFileSync("git", ["describe", "--always", "--dirty"], { cwd: HERE, encoding: "utf8" }).trim();
  const parts = [
    `# Results

Written by \`cargo xtask bench${settings.peers ? " --peers" : ""}\`; how it measures, and what each contender is: [README.md](README.md).

- Date: ${new Date().toISOString().slice(0, 10)}, commit ${commit}
- Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB${await caches()}
- Versions: ${await versions(engines, settings)}
- One thread. Medians of ${ROUNDS} interleaved rounds. A number beside a contender is **how many times longer it takes than
  \`layernorm\`** (above 1: we are faster), the median of the ratios within a round; "wrong": its result missed
  the tolerance, ${TOLERANCE.others} · max(1, |y|) against f64 (${TOLERANCE.layernorm} for ours), and was not timed; "–": it has no such operation.`,
    answers(engines),
  ];
  for (const engine of engines) {
    parts.push(`## ${engine.name}`, tables(engine), await plots(engine));
  }
  await writeFile(new URL("RESULTS.md", HERE), `${parts.filter(Boolean).join("\n\n")}\n`);
}
