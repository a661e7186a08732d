// `layernorm/quantized` where code may not compile WebAssembly at run time: modules come from static imports.

import simd from "./quantized/simd.wasm";
import { provide } from "./module.js";

provide(() => simd);

export * from "./codes.js";
export * from "./start.js";
