// What the project asks of its speed, beside what this run measured.
import { median, ratio } from "./measure.mjs";
import { SCALING, label } from "./shapes.mjs";

const OURS = "layernorm";
const CODES = "layernorm-codes";
const GRADIENTS = "layernorm-backward";
const RESIDENT = "layernorm, npm package";
const RUST = ["rten", "candle", "burn-ndarray", "burn-flex"];
/** Neither is a library: a limit and a yardstick. */
const NO_PEERS = ["copy", "two-pass"];

// [who takes longer, engine, shape, contenders of which the fastest counts, how many times longer at least].
const AT_LEAST = [
  ["onnxruntime-web", "Node", "512×768", ["onnxruntime-web"], 18],
  ["rten's kernels", "Node", "512×768", ["rten"], 1.8],
  ["rten's kernels, rows of 64", "Node", "6144×64", ["rten"], 2],
  ["the two-pass yardstick, in first-level cache", "Node", "4×768", ["two-pass"], 1.05],
  ["the two-pass yardstick, in second-level cache", "Node", "64×768", ["two-pass"], 1.05],
  ["the copy, out of cache", "Node", "16384×768", ["copy"], 0.65],
  ["ONNX Runtime", "native", "512×768", ["onnxruntime"], 2],
  ["ONNX Runtime", "native", "6144×64", ["onnxruntime"], 2],
  ["the best Rust peer", "native", "512×768", RUST, 1.2],
  ["the best Rust peer", "native", "6144×64", RUST, 1.2],
];
// [verb, how many times longer than our plain forward at most].
const AT_MOST = [
  ["residual", 1.25],
  ["rms", 0.85],
];
/** How many times longer than our forward call of the same verb our gradients take at most. */
const BACKWARD = 2.5;
const RESIDENT_NANOSECONDS = 150;
/** Of the cost of an element, from width 256 on, around the middle of its range. */
const FLATNESS = 0.25;

export function answers(engines) {
  const resultsOf = (engine) => engines.find(({ name }) => name === engine)?.results ?? [];
  const entry = (engine, shape, name, verb = "layer") =>
    resultsOf(engine)
      .find((result) => label(result.shape) === shape)
      ?.entries.find((entry) => entry.name === name && entry.verb === verb);

  const lines = ["| asked | where | bound | measured | |", "|---|---|---:|---:|---|"];
  const line = (what, where, sign, bound, value, show = (value) => value.toFixed(2)) => {
    const kept = value !== null && (sign === "≥" ? value >= bound : value <= bound);
    const cells = value === null ? ["–", "not measured"] : [show(value), kept ? "met" : "**missed**"];
    lines.push(`| ${[what, where, `${sign} ${show(bound)}`, ...cells].join(" | ")} |`);
  };
  for (const [what, engine, shape, others, least] of AT_LEAST) {
    const ours = entry(engine, shape, OURS);
    const ratios = others.flatMap((other) => ratio(ours, entry(engine, shape, other)) ?? []);
    line(`time of ${what} / ours`, `${engine}, ${shape}`, "≥", least, ratios.length ? Math.min(...ratios) : null);
  }
  for (const { name: engine, results } of engines) {
    const ratios = compared(results).filter(({ name }) => !NO_PEERS.includes(name));
    const least = ratios.length ? Math.min(...ratios.map(({ times }) => times)) : null;
    line("time of any peer / ours", `${engine}, every shape and verb`, "≥", 1, least);
  }
  for (const { name: engine } of engines) {
    for (const [verb, most] of AT_MOST) {
      const times = ratio(entry(engine, "512×768", OURS), entry(engine, "512×768", OURS, verb));
      line(`time of ${verb} / plain forward`, `${engine}, 512×768`, "≤", most, times);
    }
  }
  for (const { name: engine } of engines) {
    for (const verb of ["layer", "rms"]) {
      for (const shape of ["64×768", "512×768", "6144×64"]) {
        const times = ratio(entry(engine, shape, OURS, verb), entry(engine, shape, GRADIENTS, verb));
        line(`time of gradients / forward, ${verb}`, `${engine}, ${shape}`, "≤", BACKWARD, times);
      }
    }
  }
  for (const { name: engine } of engines) {
    const costs = SCALING.filter(({ width }) => width >= 256).flatMap((shape) => {
      const seconds = entry(engine, label(shape), OURS)?.seconds;
      return seconds?.length ? [median(seconds)] : [];
    });
    const [low, high] = [Math.min(...costs), Math.max(...costs)];
    const percent = (value) => `±${Math.round(value * 100)} %`;
    line("cost of an element, 65536 of them in rows of 256 … 65536", engine, "≤", FLATNESS, costs.length ? (high - low) / (high + low) : null, percent);
  }
  const codes = ratio(entry("Node", "512×768", CODES), entry("Node", "512×768", OURS));
  line("time of ours / ours of 16-bit codes", "Node, 512×768", "≥", 1, codes);
  const resident = entry("Node", "1×64", RESIDENT);
  const nanoseconds = resident?.seconds.length ? median(resident.seconds) * 1e9 : null;
  line("a resident call of the package", "Node, 1×64", "≤", RESIDENT_NANOSECONDS, nanoseconds, (value) => `${value.toFixed(0)} ns`);
  return `${lines.join("\n")}\n\n${ahead(engines)}`;
}

/** Everyone who does the same work, with how many times longer than ours it takes; the copy computes nothing. */
function compared(results) {
  return results.flatMap(({ shape, entries }) =>
    entries
      .filter(({ name }) => name !== "copy" && !name.startsWith(OURS))
      .flatMap((other) => {
        const ours = entries.find(({ name, verb }) => name === OURS && verb === other.verb);
        const times = ratio(ours, other);
        return times === null ? [] : [{ shape, name: other.name, verb: other.verb, times }];
      }),
  );
}

function ahead(engines) {
  const places = new Map();
  for (const { name: engine, results } of engines) {
    for (const { shape, name, verb, times } of compared(results).filter(({ times }) => times < 1)) {
      const key = `${engine}, ${verb}, ${name}`;
      places.set(key, [...(places.get(key) ?? []), `${label(shape)} ${times.toFixed(2)}`]);
    }
  }
  const lines = [...places].map(([key, shapes]) => `- ${key}: ${shapes.join(", ")}`);
  return ["Where another one is ahead of `layernorm`:", "", ...(lines.length ? lines : ["- nowhere"])].join("\n");
}
