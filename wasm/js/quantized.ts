// `layernorm/quantized`: norms of codes, with a module that has nothing else.

import simd from "#wasm/quantized/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide(() => bytes(simd));

export * from "./codes.js";
export * from "./start.js";
