// What the module exports.

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
    rstd: number,
    rows: number,
    width: number,
    epsilon: number,
  ): number;
}
