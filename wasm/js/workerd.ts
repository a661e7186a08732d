// `layernorm` where code may not compile WebAssembly at run time: modules come from static imports.

import scalar from "./scalar.wasm";
import simd from "./simd.wasm";
import { provide } from "./module.js";

provide({ simd128: () => simd, scalar: () => scalar });

export * from "./core.js";
