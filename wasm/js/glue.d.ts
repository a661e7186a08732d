// What wasm-bindgen writes beside each module, as far as it is used.

declare module "#glue" {
  /** The functions of `wasm/src/lib.rs`; addresses are numbers, 0 is absent. */
  export interface Exports {
    readonly memory: WebAssembly.Memory;
    alloc(bytes: number): number;
    dealloc(address: number, bytes: number): void;
    simd128(): number;
    layer_norm(
      x: number,
      y: number,
      residual: number,
      gamma: number,
      beta: number,
      mean: number,
      rstd: number,
      rows: number,
      width: number,
      epsilon: number,
    ): number;
    rms_norm(
      x: number,
      y: number,
      residual: number,
      gamma: number,
      mean: number,
      rstd: number,
      rows: number,
      width: number,
      epsilon: number,
    ): number;
  }
  export function initSync(options: { module: WebAssembly.Module }): Exports;
}

declare module "#wasm/*" {
  const hex: string;
  export default hex;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
