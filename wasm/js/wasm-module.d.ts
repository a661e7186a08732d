// `layernorm/simd.wasm` and the other modules in workerd, which compiles what is imported.
declare const module: WebAssembly.Module;
export default module;
