// `layernorm/quantized`: norms of codes, with a module that has nothing else: with SIMD, as all engines have had it since 2023.

import simd from "#wasm/quantized/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide({ simd128: () => bytes(simd) });

export * from "./codes.js";
export * from "./start.js";
