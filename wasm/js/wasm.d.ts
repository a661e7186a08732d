// `layernorm/simd.wasm` and the other modules: what an import of one gives is up to the bundler, with or without `?url`. An address,
// bytes or a compiled module: `init({ source })` takes each.
import type { Source } from "./module.js";
declare const source: Source;
export default source;
