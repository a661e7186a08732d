// `layernorm/full` where code may not compile WebAssembly at run time: modules come from static imports.

import scalar from "./full/scalar.wasm";
import simd from "./full/simd.wasm";
import { provide } from "./module.js";

provide({ simd128: () => simd, scalar: () => scalar });

export * from "./norms.js";
