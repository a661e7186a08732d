// Blocks of constants as "In integers" exports them, compiled: for a board without floating point, natively, and by gcc.
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cargoIn } from "./programs.mjs";

const execute = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? "target", "exports");
const BOARD = "thumbv6m-none-eabi";
/** Powers of two of a step before and after the norm, and the code of 0: as the page says below the section. */
const STEPS = { i8: [-5, -4, 0], u8: [-5, -4, 128], i16: [-8, -12, 0] };

async function write(path, text) {
  const file = join(FOLDER, path);
  if (existsSync(file) && (await readFile(file, "utf8")) === text) return;
  await mkdir(join(file, ".."), { recursive: true });
  await writeFile(file, text);
}

const floats = (values) => `[${values.map((value) => `f32::from_bits(${new Uint32Array(Float32Array.of(value).buffer)[0]})`).join(", ")}]`;

/** Whether the constants are those of γ, β and ε; of codes, what the norm and the usual algorithm make of `x`. */
export async function exportsByCargo(states) {
  const own = `[package]\nname = "exports"\nversion = "0.0.0"\nedition = "2024"\n\n[workspace]\n\n[dependencies]\nlayernorm = { path = ${JSON.stringify(ROOT)} }\n`;
  await write("Cargo.toml", own);
  const modules = states.map((_, i) => `#[allow(dead_code)]\npub mod norm_${i};\n`).join("");
  await write("src/lib.rs", `#![no_std]\n${modules}`);
  for (const [i, { rust }] of states.entries()) await write(`src/norm_${i}.rs`, rust);
  await write("src/main.rs", program(states));
  if (!existsSync(join(FOLDER, "Cargo.lock"))) await write("Cargo.lock", await readFile(join(ROOT, "firmware/Cargo.lock"), "utf8"));
  await cargoIn(FOLDER, ["build", "--lib", "--target", BOARD]);
  await cargoIn(FOLDER, ["build", "--bin", "exports"]);
  const { stdout } = await execute(join(FOLDER, "target/debug/exports"));
  const lines = stdout.trim().split("\n").map((line) => line.split(" "));
  const codes = (text = "") => text.split(",").filter(Boolean).map(Number);
  return lines.map(([same, ours, usual]) => ({ same: same === "true", ours: codes(ours), usual: codes(usual) }));
}

function program(states) {
  const others = JSON.stringify(join(ROOT, "tests/common/others.rs"));
  const blocks = states.map((state, i) => (state.format === "f32" ? floatBlock(state, i) : codeBlock(state, i)));
  return [
    `#[allow(dead_code)]\n#[path = ${others}]\nmod others;\n\n`,
    "use layernorm::quantized::{LayerNorm, Params, Scale};\n\n",
    'fn list<T: ToString>(codes: &[T]) -> String {\n    codes.iter().map(T::to_string).collect::<Vec<_>>().join(",")\n}\n\n',
    `fn main() {\n${blocks.join("")}}\n`,
  ].join("");
}

function floatBlock({ gamma, beta, epsilon }, i) {
  return `{ use exports::norm_${i}::*;
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    println!("{}", bits(&GAMMA) == bits(&${floats(gamma)}) && bits(&BETA) == bits(&${floats(beta)}) && bits(&[EPSILON]) == bits(&${floats([epsilon])})); }\n`;
}

/** γ = 1 and β = 0 for the row, as in the section. */
function codeBlock({ format, gamma, beta, epsilon, x }, i) {
  const [input, output, zero] = STEPS[format];
  const scale = (power) => `Scale { scale: 2f32.powi(${power}), zero_point: ${zero}${format} }`;
  const e = floats([epsilon]).slice(1, -1);
  const usual = format === "i16" ? "others::tflite::layer_norm(&row, 1 << 14, 0, &others::tflite::Scale { multiplier: 1 << 30, shift: -13, variance_limit: 1 })" : "others::deeploy_layer_norm(&shifted, 1 << 12, 0, 8).iter().map(|&y| i32::from(y) + ZERO).collect::<Vec<i32>>()";
  return `{ const ZERO: i32 = ${zero};
    let same = exports::norm_${i}::NORM == Params::fold(&${floats(gamma)}, &${floats(beta)}, ${scale(input)}, ${scale(output)}, ${e}).unwrap();
    let row = [${x.map((code) => `${code}${format}`).join(", ")}];
    let shifted: Vec<i8> = row.iter().map(|&x| (i32::from(x) - ZERO) as i8).collect();
    let params = Params::fold(&[1.0; ${x.length}], &[0.0; ${x.length}], ${scale(input)}, ${scale(output)}, ${e}).unwrap();
    let mut y = row;
    LayerNorm::new(&params).forward(&row, &mut y).unwrap();
    let _ = &shifted;
    println!("{same} {} {}", list(&y), list(&${usual})); }\n`;
}

/** Compiles each block with a program that calls what the header declares, warnings denied. */
export async function exportsByC(states) {
  for (const [i, { format, c }] of states.entries()) {
    await write(`c/${i}/norm.h`, c);
    const init = format === "f32" ? "ln_layer_norm_init(norm, sizeof norm_gamma / sizeof *norm_gamma, norm_gamma, norm_beta, norm_epsilon)" : `ln_${format}_layer_norm_init(norm, norm_params, sizeof norm_params)`;
    const type = format === "f32" ? "ln_layer_norm" : "ln_codes";
    await write(`c/${i}/norm.c`, `#include "layernorm.h"\n#include "norm.h"\n\nln_status make(${type} *norm);\n\nln_status make(${type} *norm) { return ${init}; }\n`);
    const flags = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", join(ROOT, "capi/include")];
    await execute("gcc", [...flags, "-c", "norm.c", "-o", "norm.o"], { cwd: join(FOLDER, "c", String(i)) });
  }
  return states.length;
}
