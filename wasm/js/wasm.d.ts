// `layernorm/simd.wasm` and `layernorm/scalar.wasm`, where a bundler or a runtime imports WebAssembly as a module.
declare const module: WebAssembly.Module;
export default module;
