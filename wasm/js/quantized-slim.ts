// `layernorm/quantized/slim`: norms of codes without a module; `init` or `initSync` is told where one is.

export * from "./codes.js";
export * from "./start.js";
