// The measurements of one engine as Markdown.
import { median, ratio } from "./measure.mjs";
import { label } from "./shapes.mjs";

const TITLES = { layer: "LayerNorm with γ and β", residual: "residual += x, then LayerNorm", rms: "RMSNorm with γ" };
const OURS = "layernorm";

export const find = (entries, name, verb) => entries.find((entry) => entry.name === name && entry.verb === verb);
const rate = ({ rows, width }, { seconds }) => (rows * width) / median(seconds) / 1e9;
const row = (cells) => `| ${cells.join(" | ")} |`;

function table(results, verb) {
  const entries = results.flatMap(({ entries }) => entries.filter((entry) => entry.verb === verb));
  const others = [...new Set(entries.map(({ name }) => name))].filter((name) => name !== OURS);
  const lines = [row(["rows × width", `${OURS}, Gelem/s`, ...others]), row(Array(others.length + 2).fill("---:"))];
  for (const { shape, entries } of results) {
    const ours = find(entries, OURS, verb);
    if (!ours?.seconds.length) continue;
    const cells = others.map((name) => {
      const other = find(entries, name, verb);
      if (other && !other.seconds.length) return "wrong";
      return ratio(ours, other)?.toFixed(2) ?? "–";
    });
    lines.push(row([label(shape), rate(shape, ours).toFixed(2), ...cells]));
  }
  return lines.join("\n");
}

function errors(results) {
  const worst = new Map();
  for (const { error, name } of results.flatMap(({ entries }) => entries)) {
    worst.set(name, Math.max(error, worst.get(name) ?? 0));
  }
  return [...worst].map(([name, error]) => `${name} ${error.toExponential(1)}`).join(", ");
}

export function tables({ results }) {
  const measured = (verb) => results.some(({ entries }) => entries.some((entry) => entry.verb === verb));
  const parts = Object.entries(TITLES).flatMap(([verb, title]) => (measured(verb) ? [`${title}:`, table(results, verb)] : []));
  return [...parts, `Largest errors, in units of max(1, |y|): ${errors(results)}.`].join("\n\n");
}
