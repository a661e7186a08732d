// `layernorm/mixed`: norms of numbers in half precision, with the core module.

import simd from "#wasm/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide(() => bytes(simd));

export * from "./stored.js";
export * from "./start.js";
