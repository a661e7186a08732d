// `layernorm/full`: as `layernorm`, with full modules.

import scalar from "#wasm/full/scalar.wasm";
import simd from "#wasm/full/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide({ simd128: () => bytes(simd), scalar: () => bytes(scalar) });

export * from "./norms.js";
