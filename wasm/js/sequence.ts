// `layernorm/sequence`: as `layernorm`, with modules that have recurrent cells.

import scalar from "#wasm/sequence/scalar.wasm";
import simd from "#wasm/sequence/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide({ simd128: () => bytes(simd), scalar: () => bytes(scalar) });

export * from "./core.js";
export * from "./sequences.js";
