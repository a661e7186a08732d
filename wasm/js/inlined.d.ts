// What a bundler makes of an import of a module.

declare module "#wasm/*" {
  const hex: string;
  export default hex;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
