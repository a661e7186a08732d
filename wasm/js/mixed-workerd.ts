// `layernorm/mixed` where code may not compile WebAssembly at run time: modules come from static imports.

import simd from "./simd.wasm";
import { provide } from "./module.js";

provide(() => simd);

export * from "./stored.js";
export * from "./start.js";
