// What `layernorm/full` exports: all that a full module can.

export * from "./core.js";
export { layerNormBackward, rmsNormBackward, type BackwardOptions } from "./gradients.js";
export { layerNormChunk, Moments, rmsNormChunk, type ChunkOptions, type Stats } from "./moments.js";
