// What the modules export.

/** Functions of `wasm/src/` that every module has; addresses are numbers, 0 is absent. */
export interface Core {
  readonly memory: WebAssembly.Memory;
  alloc(bytes: number): number;
  dealloc(address: number, bytes: number): void;
  simd128(): number;
  forward(call: number, rows: number): number;
}

/** Those that only full modules have besides: gradients, and rows in pieces. */
export interface Full {
  backward(call: number, rows: number): number;
  moments(moments: number, centred: number): void;
  push(moments: number, chunk: number, length: number): number;
  merge(moments: number, other: number): number;
  finish(moments: number, call: number): number;
  apply(call: number): number;
}
