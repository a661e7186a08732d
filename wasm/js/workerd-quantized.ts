// `layernorm/quantized` where code may not compile WebAssembly at run time: the module comes from a static import.

import simd from "./quantized/simd.wasm";
import { provide } from "./module.js";

provide({ simd128: () => simd });

export * from "./codes.js";
export * from "./start.js";
