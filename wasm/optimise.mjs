// What is done to a module behind the compiler: to those of the package, and to the ones that benches/ times.

import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const bin = (name) => join(dirname(fileURLToPath(import.meta.url)), "node_modules", ".bin", name);

// Nothing lies below address 1024, so constants can move into the offsets of loads: a tenth of the run time. Functions
// with one caller stay apart: an engine allocates registers better for several small ones than for a giant.
const OPTIONS = ["-O2", "--low-memory-unused", "--one-caller-inline-max-function-size=0"]
  .concat(["--strip-producers", "--strip-target-features"]);
const FEATURES = ["--enable-bulk-memory", "--enable-mutable-globals", "--enable-sign-ext", "--enable-reference-types"]
  .concat(["--enable-nontrapping-float-to-int", "--enable-multivalue"]);
const SIMD = ["--enable-simd"];

/** Leaves out what the file `graph` does not reach. */
export async function leaveOut(from, to, graph, { simd }) {
  const options = ["--graph-file", graph, from, "-o", to];
  await run(bin("wasm-metadce"), [...FEATURES, ...(simd ? SIMD : []), ...options], { maxBuffer: Infinity });
}

export async function optimise(from, to, { simd }) {
  await run(bin("wasm-opt"), [...OPTIONS, ...FEATURES, ...(simd ? SIMD : []), from, "-o", to]);
}
