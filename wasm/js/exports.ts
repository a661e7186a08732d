// What the modules export.

/** Functions of `wasm/src/` that every module has; addresses are numbers, 0 is absent. */
export interface Core {
  readonly memory: WebAssembly.Memory;
  simd128(): number;
  version(): number;
  forward(call: number, rows: number): number;
}

/** Those that only full modules have besides: gradients, rows in pieces, dynamic tanh. */
export interface Full {
  backward(call: number, rows: number): number;
  moments(moments: number, centred: number): void;
  push(moments: number, chunk: number, length: number): number;
  merge(moments: number, other: number): number;
  finish(moments: number, call: number): number;
  apply(call: number): number;
  dynamic_tanh(call: number, rows: number): number;
}

/** Those that only modules of sequences have besides: recurrent cells, and classifiers from files. */
export interface Sequence {
  cell(cell: number, kind: number, inputs: number, units: number, weights: number, length: number, epsilon: number): number;
  step(cell: number, x: number, inputs: number, state: number, states: number, scratch: number, scratches: number): number;
  load(model: number, bytes: number, length: number): number;
  start(model: number, shift: number, words: number, codes: number): void;
  push_frame(model: number, x: number, length: number): number;
  logits(model: number, to: number, length: number): number;
}

/** Those that only modules of codes have besides, and instead of `forward`: norms of quantised codes. */
export interface Quantized {
  fold(codes: number): number;
  forward_codes(codes: number, rows: number): number;
  report(codes: number, to: number): void;
}
