// `layernorm`: the core module with SIMD inlined, so that there is nothing to fetch, to configure or to wait for.

import simd from "#wasm/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide(() => bytes(simd));

export * from "./core.js";
