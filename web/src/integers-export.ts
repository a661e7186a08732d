/** γ, β and ε as a block of constants, for Rust and for C, in f32 or folded for codes. `test/export.test.mjs` takes it off the page and compiles it. */
import { fold } from "./integers-fold";
import { CODES } from "./integers-rows";
import type { Format, LANGUAGES } from "./integers-state";
import { javascriptNumber, list, rustArray, rustNumber } from "./use-starts";

export interface Learned {
  readonly gamma: readonly number[];
  readonly beta: readonly number[];
  readonly epsilon: number;
}

type Language = (typeof LANGUAGES)[number];

export const FILES: Readonly<Record<Language, string>> = { rust: "src/norm.rs", c: "norm.h" };

export function exported(language: Language, format: Format, learned: Learned): string {
  if (format === "f32") return language === "rust" ? rustFloats(learned) : cFloats(learned);
  const bytes = fold(format, CODES[format], learned.gamma, learned.beta, learned.epsilon);
  return language === "rust" ? rustCodes(format, bytes, learned) : cCodes(format, bytes, learned);
}

const cNumber = (value: number) => `${rustNumber(value)}f`;

function rustFloats({ gamma, beta, epsilon }: Learned): string {
  return [
    rustArray(`pub const GAMMA: [f32; ${gamma.length}] = `, gamma),
    rustArray(`pub const BETA: [f32; ${beta.length}] = `, beta),
    `pub const EPSILON: f32 = ${rustNumber(epsilon)};\n`,
  ].join("");
}

function cFloats({ gamma, beta, epsilon }: Learned): string {
  const array = (name: string, values: readonly number[]) => `${list(`static const float ${name}[${values.length}] = {`, values.map(cNumber), "};", "")}\n`;
  return [array("norm_gamma", gamma), array("norm_beta", beta), `static const float norm_epsilon = ${cNumber(epsilon)};\n`].join("");
}

/** What the bytes were made from. */
function origin(format: Exclude<Format, "f32">, { gamma, epsilon }: Learned): string {
  const { input, output, zero } = CODES[format];
  return `γ, β and ε = ${javascriptNumber(epsilon)} of ${gamma.length} features, folded for ${format}: steps of 2^${input} become steps of 2^${output}; 0 has the code ${zero}.`;
}

const hex = (byte: number) => `0x${byte.toString(16).padStart(2, "0")}`;

/** Twelve to a line. */
function byteLines(bytes: Uint8Array): string {
  const items = Array.from(bytes, hex);
  const lines = [];
  for (let i = 0; i < items.length; i += 12) lines.push(`    ${items.slice(i, i + 12).join(", ")},\n`);
  return lines.join("");
}

function rustCodes(format: Exclude<Format, "f32">, bytes: Uint8Array, learned: Learned): string {
  const width = learned.gamma.length;
  return [
    "use layernorm::quantized::Params;\n\n",
    `/// ${origin(format, learned)}\n`,
    `pub const NORM: Params<${format}, ${format}, [i32; ${width}]> = match Params::from_bytes(&BYTES) {\n`,
    "    Ok(params) => params,\n",
    '    Err(_) => panic!("not parameters of this version"),\n',
    "};\n",
    `const BYTES: [u8; ${bytes.length}] = [\n${byteLines(bytes)}];\n`,
  ].join("");
}

function cCodes(format: Exclude<Format, "f32">, bytes: Uint8Array, learned: Learned): string {
  return [
    "#include <stdint.h>\n\n",
    `/* ${origin(format, learned)}\n`,
    ` * ln_${format}_layer_norm_init(&norm, norm_params, sizeof norm_params) */\n`,
    `static const _Alignas(4) uint8_t norm_params[${bytes.length}] = {\n${byteLines(bytes)}};\n`,
  ].join("");
}
