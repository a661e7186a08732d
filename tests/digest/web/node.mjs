// Prints the digest that the module beside this file computes, in Node and in what reads its scripts.
import { readFile } from "node:fs/promises";
import { digest, initSync } from "./layernorm-digest.js";

initSync({ module: await readFile(new URL("./layernorm-digest_bg.wasm", import.meta.url)) });
process.stdout.write(digest());
