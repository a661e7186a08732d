// `layernorm`: both core modules inlined, so that there is nothing to fetch, to configure or to wait for.

import scalar from "#wasm/scalar.wasm";
import simd from "#wasm/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide({ simd128: () => bytes(simd), scalar: () => bytes(scalar) });

export * from "./core.js";
