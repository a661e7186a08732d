// `layernorm/sequence` where code may not compile WebAssembly at run time: modules come from static imports.

import scalar from "./sequence/scalar.wasm";
import simd from "./sequence/simd.wasm";
import { provide } from "./module.js";

provide({ simd128: () => simd, scalar: () => scalar });

export * from "./core.js";
export * from "./sequences.js";
