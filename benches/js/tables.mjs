// The measurements of one engine as Markdown.
import { OURS, low, median, ratio } from "./measure.mjs";
import { label } from "./shapes.mjs";

const TITLES = {
  layer: "LayerNorm with γ and β",
  residual: "residual += x, then LayerNorm",
  rms: "RMSNorm with γ",
  "layer-backward": "Gradients of LayerNorm: dx, dγ and dβ",
  "layer-codes": "LayerNorm of 16-bit codes",
  "layer-codes-8": "LayerNorm of 8-bit codes",
};

export const titled = ({ verb, mean }) => `${TITLES[verb]}${mean ? `, mean ${mean} σ` : ""}`;
export const find = ({ entries }, name) => entries.find((entry) => entry.name === name);
const row = (cells) => `| ${cells.join(" | ")} |`;

function table(results) {
  const names = new Set(results.flatMap(({ entries }) => entries.map(({ name }) => name)));
  const others = [...names].filter((name) => name !== OURS);
  const lines = [row(["rows × width", `${OURS}, Gelem/s`, "median", ...others]), row(Array(others.length + 3).fill("---:"))];
  for (const result of results) {
    const { rows, width } = result.shape;
    const ours = find(result, OURS);
    const rate = (seconds) => ((rows * width) / seconds / 1e9).toFixed(2);
    const cells = others.map((name) => {
      const other = find(result, name);
      if (other && !other.seconds.length) return "wrong";
      return ratio(ours, other)?.toFixed(2) ?? "–";
    });
    lines.push(row([label(result.shape), rate(low(ours)), rate(median(ours)), ...cells]));
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
  const titles = new Set(results.map(titled));
  const parts = [...titles].flatMap((title) => [`${title}:`, table(results.filter((result) => titled(result) === title))]);
  const ofCodes = ({ verb }) => verb.includes("codes");
  const [codes, floats] = [results.filter(ofCodes), results.filter((result) => !ofCodes(result))];
  if (floats.length) parts.push(`Largest errors, in units of max(1, |y|): ${errors(floats)}.`);
  if (codes.length) parts.push(`Largest errors of codes, in codes: ${errors(codes)}.`);
  return parts.join("\n\n");
}
