// `layernorm/full`: as `layernorm`, with full modules.

import simd from "#wasm/full/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide(() => bytes(simd));

export * from "./norms.js";
