// `layernorm/full` where code may not compile WebAssembly at run time: modules come from static imports.

import simd from "./full/simd.wasm";
import { provide } from "./module.js";

provide(() => simd);

export * from "./norms.js";
