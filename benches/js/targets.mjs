// What the project asks of its speed, beside what this run measured.
import { ratio } from "./measure.mjs";
import { label } from "./shapes.mjs";

const OURS = "layernorm";

// [question, engine, shape, other contender (verb), at least]: how many times longer the other takes.
const AT_LEAST = [
  ["onnxruntime-web", "Node", "512×768", "onnxruntime-web", 18],
  ["rten's kernels", "Node", "512×768", "rten", 1.8],
  ["rten's kernels, rows of 64", "Node", "6144×64", "rten", 2],
  ["the two-pass yardstick, in cache", "Node", "64×768", "two-pass", 1.05],
  ["ONNX Runtime", "native", "512×768", "onnxruntime", 2],
  ["ONNX Runtime", "native", "6144×64", "onnxruntime", 2],
  ["the best Rust peer", "native", "512×768", ["rten", "candle", "burn-ndarray", "burn-flex"], 1.2],
  ["the best Rust peer", "native", "6144×64", ["rten", "candle", "burn-ndarray", "burn-flex"], 1.2],
  ["the copy, out of cache", "Node", "16384×768", "copy", 0.65],
];
// [verb, at most]: how many times longer than our plain forward.
const VERBS = [
  ["residual", 1.25],
  ["rms", 0.85],
];

export function answers(engines) {
  const entriesOf = (engine, shape) =>
    engines.find(({ name }) => name === engine)?.results.find((result) => label(result.shape) === shape)?.entries ?? [];
  const lines = ["| times as fast as | where | asked | measured |", "|---|---|---:|---:|"];
  for (const [question, engine, shape, others, least] of AT_LEAST) {
    const entries = entriesOf(engine, shape).filter(({ verb }) => verb === "layer");
    const ours = entries.find(({ name }) => name === OURS);
    const ratios = [others].flat().flatMap((other) => ratio(ours, entries.find(({ name }) => name === other)) ?? []);
    if (ratios.length) lines.push(`| ${question} | ${engine}, ${shape} | ≥ ${least} | ${Math.min(...ratios).toFixed(2)} |`);
  }
  for (const engine of engines.map(({ name }) => name)) {
    const entries = entriesOf(engine, "512×768").filter(({ name }) => name === OURS);
    const plain = entries.find(({ verb }) => verb === "layer");
    for (const [verb, most] of VERBS) {
      const time = ratio(plain, entries.find((entry) => entry.verb === verb));
      if (time) lines.push(`| time of ${verb} / plain forward | ${engine}, 512×768 | ≤ ${most} | ${time.toFixed(2)} |`);
    }
  }
  return `${lines.join("\n")}\n\n${slower(engines)}`;
}

/** Every place where someone else is ahead; the copy computes nothing and does not count. */
function slower(engines) {
  const places = new Map();
  for (const { name: engine, results } of engines) {
    for (const { shape, entries } of results) {
      for (const other of entries.filter(({ name }) => name !== "copy" && !name.startsWith(OURS))) {
        const ours = entries.find(({ name, verb }) => name === OURS && verb === other.verb);
        const times = ratio(ours, other);
        if (times === null || times >= 1) continue;
        const key = `${engine}, ${other.verb}, ${other.name}`;
        places.set(key, [...(places.get(key) ?? []), `${label(shape)} ${times.toFixed(2)}`]);
      }
    }
  }
  const lines = [...places].map(([key, shapes]) => `- ${key}: ${shapes.join(", ")}`);
  return ["Where another one is ahead of `layernorm`:", "", ...(lines.length ? lines : ["- nowhere"])].join("\n");
}
