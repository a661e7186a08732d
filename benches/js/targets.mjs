// What the project asks of its speed, beside what this run measured.
import { OURS, isOurs, low, ratio } from "./measure.mjs";
import { label } from "./shapes.mjs";
import { find, titled } from "./tables.mjs";

const RESIDENT = "layernorm, npm package";
const YARDSTICK = "two-pass";

const isCopy = (name) => name.startsWith("copy");
const isPeer = (name) => !isOurs(name) && name !== YARDSTICK && !isCopy(name);
const named = (...names) => ({ what: names.join(", "), are: (name) => names.includes(name) });
/** The commit that `--against` names. */
const EARLIER = { what: "an earlier commit", are: (name) => name.startsWith(`${OURS} at `) };
const RUST = { ...named("rten", "candle", "burn-ndarray", "burn-flex"), what: "the best Rust peer" };
const COPIES = { what: "the best copy", are: isCopy };
const PEERS = { what: "the best peer", are: isPeer };

// Plain forward: [shape, contenders of which the fastest counts, how many times longer than ours it takes at least].
const NATIVE = [
  ["6144×64", EARLIER, 1.6],
  ["6144×64", named("onnxruntime"), 2.5],
  ["6144×64", RUST, 1.5],
  ["1×64", EARLIER, 2],
  ["1×64", named("rten"), 1.3],
  ["512×768", EARLIER, 1.1],
  ["16384×768", COPIES, 0.9],
  ["16384×768", PEERS, 1],
];
const WASM = [
  ["6144×64", EARLIER, 1.6],
  ["6144×64", named("rten"), 1.8],
  ["1×64", EARLIER, 1.7],
  ["1×64", named("rten"), 1],
  ["512×768", EARLIER, 1],
  ["512×768", named("rten"), 1.8],
  ["512×768", named("onnxruntime-web"), 18],
];
const AT_LEAST = { native: NATIVE, Node: WASM, Chromium: WASM };

// Our own verbs beside our plain forward of f32: [verb, shapes, "time" at most or "speed" at least, bound].
const BOTH = ["64×768", "512×768"];
const NATIVE_VERBS = [
  ["residual", BOTH, "time", 1.45],
  ["layer-codes", BOTH, "speed", 0.55],
  ["layer-codes-8", BOTH, "speed", 0.75],
];
const WASM_VERBS = [
  ["layer-codes", BOTH, "speed", 0.44],
  ["layer-codes-8", BOTH, "speed", 0.6],
  ["layer-backward", [...BOTH, "6144×64"], "time", 2.5],
];
const VERBS = { native: NATIVE_VERBS, Node: WASM_VERBS, Chromium: WASM_VERBS };

// In nanoseconds, of the package in a JavaScript engine.
const RESIDENT_SHAPE = "1×64";
const RESIDENT_NANOSECONDS = 150;
/** How much longer than ours the yardstick takes at least: an exact sum is not free where a call is one short row. */
const yardstick = ({ shape }) => (label(shape) === "1×64" ? 0.85 : 1);

export function answers(engines) {
  const lines = ["| asked | where | bound | measured | |", "|---|---|---:|---:|---|"];
  const line = (what, where, sign, bound, value, show = (value) => value.toFixed(2)) => {
    const kept = value !== null && (sign === "≥" ? value >= bound : value <= bound);
    const cells = value === null ? ["–", "not measured"] : [show(value), kept ? "met" : "**missed**"];
    lines.push(`| ${[what, where, `${sign} ${show(bound)}`, ...cells].join(" | ")} |`);
  };
  for (const { name: engine, results } of engines) {
    const at = (shape, verb) => results.find((result) => label(result.shape) === shape && result.verb === verb && result.mean === 0);
    for (const [shape, { what, are }, least] of AT_LEAST[engine]) {
      const times = compared(at(shape, "layer"), are).map(({ times }) => times);
      line(`time of ${what} / ours`, `${engine}, ${shape}`, "≥", least, times.length ? Math.min(...times) : null);
    }
    for (const [verb, shapes, kind, bound] of VERBS[engine]) {
      for (const shape of shapes) {
        const result = at(shape, verb);
        const times = result ? ratio(result.plain, find(result, OURS)) : null;
        const value = times !== null && kind === "speed" ? 1 / times : times;
        line(`${kind} of ${verb} / plain forward`, `${engine}, ${shape}`, kind === "speed" ? "≥" : "≤", bound, value);
      }
    }
    if (engine !== "native") {
      const resident = at(RESIDENT_SHAPE, "layer")?.entries.find(({ name }) => name === RESIDENT);
      const nanoseconds = resident ? low(resident) * 1e9 : null;
      line("a resident call of the package", `${engine}, ${RESIDENT_SHAPE}`, "≤", RESIDENT_NANOSECONDS, nanoseconds, (value) => `${value.toFixed(0)} ns`);
    }
  }
  return `${lines.join("\n")}\n\n${ahead(engines)}`;
}

/** The contenders whose names `are` accepts, with how many times longer than ours they take. */
function compared(result, are) {
  const others = result?.entries.filter(({ name }) => are(name)) ?? [];
  return others.flatMap((other) => {
    const times = ratio(find(result, OURS), other);
    return times === null ? [] : [{ name: other.name, times }];
  });
}

/** Asked is that no peer is ahead anywhere. */
function ahead(engines) {
  const places = new Map();
  for (const { name: engine, results } of engines) {
    for (const result of results) {
      const bound = ({ name }) => (name === YARDSTICK ? yardstick(result) : 1);
      const others = compared(result, (name) => isPeer(name) || name === YARDSTICK);
      for (const { name, times } of others.filter((other) => other.times < bound(other))) {
        const key = `${engine}, ${titled(result)}, ${name}`;
        places.set(key, [...(places.get(key) ?? []), `${label(result.shape)} ${times.toFixed(2)}`]);
      }
    }
  }
  const lines = [...places].map(([key, shapes]) => `- ${key}: ${shapes.join(", ")}`);
  const asked = "No peer is to be faster at any shape and verb, nor the yardstick (at 1×64 at most 1 / 0.85 times as fast). It is so but for:";
  return [asked, "", ...(lines.length ? lines : ["- nothing"])].join("\n");
}
