// `layernorm/sequence`: as `layernorm`, with modules that have recurrent cells.

import simd from "#wasm/sequence/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide(() => bytes(simd));

export * from "./core.js";
export * from "./sequences.js";
