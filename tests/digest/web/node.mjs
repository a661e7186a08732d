// Prints the digest that a wasm-bindgen build (the folder given) computes in Node.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const folder = resolve(process.argv[2]);
const wasm = await import(pathToFileURL(`${folder}/layernorm-digest.js`));
wasm.initSync({ module: await readFile(`${folder}/layernorm-digest_bg.wasm`) });
process.stdout.write(wasm.digest());
