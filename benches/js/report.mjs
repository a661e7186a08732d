// From measurements to benches/RESULTS.md and its plots.
import { execFileSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { ROUNDS, TOLERANCES, low } from "./measure.mjs";
import { linePlot } from "./plot.mjs";
import { PLAIN, ROWS, WIDTHS, label } from "./shapes.mjs";
import { find, tables } from "./tables.mjs";
import { answers } from "./targets.mjs";

const HERE = new URL("../", import.meta.url);
const CRATES = ["burn-flex", "burn-ndarray", "candle-nn", "rten-vecmath", "tract-core"];
const cost = ({ rows, width }, entry) => (low(entry) / (rows * width)) * 1e9;

async function plots({ name, results }) {
  const questions = [
    { file: "width", shapes: WIDTHS, x: "width", title: `${name}, 64 rows`, at: ({ width }) => width },
    { file: "rows", shapes: ROWS, x: "rows", title: `${name}, width 768`, at: ({ rows }) => rows },
  ];
  const links = [];
  for (const { file, shapes, x, title, at } of questions) {
    const labels = new Set(shapes.map(label));
    const plain = results.filter(({ shape, verb, mean }) => labels.has(label(shape)) && verb === PLAIN.verb && mean === PLAIN.mean);
    const chosen = plain.sort((a, b) => at(a.shape) - at(b.shape));
    const names = new Set(chosen.flatMap(({ entries }) => entries.map(({ name }) => name)));
    const series = [...names].map((name) => ({
      name,
      points: chosen.flatMap((result) => {
        const entry = find(result, name);
        return entry?.seconds.length ? [[at(result.shape), cost(result.shape, entry)]] : [];
      }),
    }));
    const path = `plots/${file}-${name.toLowerCase()}.svg`;
    await writeFile(new URL(path, HERE), linePlot({ title, x, y: "ns per element", series: series.filter(({ points }) => points.length) }));
    links.push(`![Cost of an element against ${x}: ${title}](${path})`);
  }
  return links.join("\n");
}

async function versions(engines, { python }) {
  const npm = JSON.parse(await readFile(new URL("js/package.json", HERE)));
  const lock = await readFile(new URL("contenders/Cargo.lock", HERE), "utf8");
  const crates = CRATES.map((name) => `${name} ${lock.match(new RegExp(`name = "${name}"\nversion = "(.*)"`))[1]}`);
  const pip = [];
  for (const file of ["requirements.txt", "requirements-alone.txt"]) {
    const lines = (await readFile(new URL(`python/${file}`, HERE), "utf8")).split("\n");
    pip.push(...lines.filter((line) => line.includes("==")).map((line) => line.replace("==", " ")));
  }
  const { "playwright-core": _, ...libraries } = { ...npm.dependencies, ...npm.optionalDependencies };
  const chromium = engines.find(({ name }) => name === "Chromium").version;
  const rustc = execFileSync("rustc", ["--version"], { encoding: "utf8" }).split(" ")[1];
  const peers = python ? [...Object.entries(libraries).map((pair) => pair.join(" ")), ...crates, ...pip] : [];
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

Written by \`cargo xtask bench${settings.peers ? " --peers" : ""}${settings.against ? ` --against ${settings.against.commit}` : ""}\`; how it measures, and what each contender is: [README.md](README.md).

- Date: ${new Date().toISOString().slice(0, 10)}, commit ${commit}
- Machine: ${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB${await caches()}
- Versions: ${await versions(engines, settings)}
- One thread. At most ${ROUNDS} bursts of about a millisecond each, everyone in turn. A number beside a contender is **how many times
  longer it takes than \`layernorm\`** (above 1: we are faster): the ratio of the 10 % quantiles of the two. Gelem/s are of that quantile too,
  and of the median in the next column. "wrong": the result missed the tolerance, ${TOLERANCES}, and was not timed; "–": there is no such operation.`,
    answers(engines),
  ];
  for (const engine of engines) {
    parts.push(`## ${engine.name}`, tables(engine), await plots(engine));
  }
  await writeFile(new URL("RESULTS.md", HERE), `${parts.filter(Boolean).join("\n\n")}\n`);
}
