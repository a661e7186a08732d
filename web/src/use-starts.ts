/**
 * What to write to have the reader's own row normalised: complete programs, which `test/use.test.mjs` takes off the page
 * and runs as they stand. Numbers are the shortest that give back the same f32.
 */
import { shortest } from "./format";
import type { UseState } from "./use-state";

export interface Own {
  readonly x: readonly number[];
  readonly gamma: readonly number[];
  readonly beta: readonly number[];
  readonly epsilon: number;
}

export interface Start {
  readonly id: UseState["target"];
  readonly name: string;
  /** One line for a shell. */
  readonly install: string;
  /** Where the text belongs. */
  readonly file: string;
  write(own: Own): string;
}

const NONE = "";
/** What the page shows beside its tables. */
const LINE = 66;

const differs = (values: readonly number[], usual: number) => values.some((value) => value !== usual);
const isConstant = (values: readonly number[]) => values.every((value) => Object.is(value, values[0]));

/** As JavaScript writes it, 1e-5 rather than 0.00001; `shortest` has no sign for −0. */
export function javascriptNumber(value: number): string {
  if (Object.is(value, -0)) return "-0";
  const plain = shortest(value);
  const power = Number(plain).toExponential();
  return Math.abs(value) < 1 && power.length + 2 < plain.length ? power : plain;
}
/** As Rust writes it: without a point or an exponent it would be an integer. */
export const rustNumber = (value: number) => javascriptNumber(value).replace(/^-?\d+$/, "$&.0");

/** `before`, the items and `after`, in one line if it is short enough, else in lines of six. */
export function list(before: string, items: readonly string[], after: string, indent: string): string {
  const line = `${indent}${before}${items.join(", ")}${after}`;
  if (line.length <= LINE) return line;
  const lines = [];
  for (let i = 0; i < items.length; i += 6) lines.push(`${indent}    ${items.slice(i, i + 6).join(", ")},\n`);
  return `${indent}${before}\n${lines.join("")}${indent}${after}`;
}

function javascriptArray(name: string, values: readonly number[]): string {
  const items = values.map(javascriptNumber);
  if (isConstant(values)) return `const ${name} = new Float32Array(${values.length}).fill(${items[0]});\n`;
  return `${list(`const ${name} = Float32Array.of(`, items, ");", "")}\n`;
}

export function rustArray(before: string, values: readonly number[], indent = ""): string {
  const items = values.map(rustNumber);
  if (isConstant(values)) return `${indent}${before}[${items[0]}; ${values.length}];\n`;
  return `${list(`${before}[`, items, "];", indent)}\n`;
}

function web({ x, gamma, beta, epsilon }: Own): string {
  const scaled = differs(gamma, 1);
  const shifted = differs(beta, 0);
  const options = [`width: ${x.length}`, scaled && "gamma", shifted && "beta", `epsilon: ${javascriptNumber(epsilon)}`];
  return [
    'import { layerNorm } from "layernorm";\n\n',
    javascriptArray("x", x),
    scaled ? javascriptArray("gamma", gamma) : NONE,
    shifted ? javascriptArray("beta", beta) : NONE,
    `const y = layerNorm(x, { ${options.filter(Boolean).join(", ")} });\n`,
    "console.log(y);\n",
  ].join("");
}

function rust({ x, gamma, beta, epsilon }: Own): string {
  const scaled = differs(gamma, 1);
  const shifted = differs(beta, 0);
  return [
    "use layernorm::{Error, LayerNorm};\n\n",
    "fn main() -> Result<(), Error> {\n",
    rustArray("let x = ", x, "    "),
    scaled ? rustArray("let gamma = ", gamma, "    ") : NONE,
    shifted ? rustArray("let beta = ", beta, "    ") : NONE,
    rustNorm(x.length, scaled && "&gamma", shifted && "&beta", epsilon),
    `    let mut y = [0.0; ${x.length}];\n`,
    "    norm.forward(&x, &mut y)?;\n",
    '    println!("{y:?}");\n',
    "    Ok(())\n}\n",
  ].join("");
}

function firmware({ x, gamma, beta, epsilon }: Own): string {
  const width = x.length;
  const scaled = differs(gamma, 1);
  const shifted = differs(beta, 0);
  return [
    "#![no_std]\n",
    "use layernorm::{Error, LayerNorm};\n\n",
    scaled ? rustArray(`static GAMMA: [f32; ${width}] = `, gamma) : NONE,
    shifted ? rustArray(`static BETA: [f32; ${width}] = `, beta) : NONE,
    rustArray(`pub static ROW: [f32; ${width}] = `, x),
    `\npub fn normalise(row: &mut [f32; ${width}]) -> Result<(), Error> {\n`,
    rustNorm(width, scaled && "&GAMMA", shifted && "&BETA", epsilon),
    "    norm.forward_in_place(row)\n}\n",
  ].join("");
}

function rustNorm(width: number, gamma: string | false, beta: string | false, epsilon: number): string {
  const calls = [gamma && `.with_gamma(${gamma})?`, beta && `.with_beta(${beta})?`, `.with_epsilon(${rustNumber(epsilon)})?`].filter(Boolean);
  const start = `    let norm = LayerNorm::new(${width})?`;
  const line = `${start}${calls.join("")};`;
  return line.length <= LINE ? `${line}\n` : `${start}\n${calls.map((call) => `        ${call}`).join("\n")};\n`;
}

export const STARTS: readonly Start[] = [
  { id: "web", name: "Web and Node", install: "npm install layernorm", file: "start.mjs", write: web },
  { id: "rust", name: "Rust", install: "cargo add layernorm", file: "src/main.rs", write: rust },
  { id: "firmware", name: "Firmware", install: "cargo add layernorm", file: "src/lib.rs", write: firmware },
];
