// What a bundler makes of an import of a module.

declare module "#wasm/*" {
  const text: string;
  export default text;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
