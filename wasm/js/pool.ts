// `layernorm/pool`: rows split among workers, with the core module.

import simd from "#wasm/simd.wasm";
import { provide } from "./module.js";
import { bytes } from "./text.js";

provide(() => bytes(simd));

export * from "./start.js";
export { Pool, type PooledOptions, type PoolOptions, type PoolWorker, serve } from "./workers.js";
