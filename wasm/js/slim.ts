// `layernorm/slim`: without modules; `init` or `initSync` is told where one is, and which one that is decides what it can.

export * from "./norms.js";
export * from "./sequences.js";
