// What `layernorm/full` exports: all that a full module can.

export * from "./core.js";
export {
  layerNormBackward,
  rmsNormBackward,
  type LayerNormBackwardOptions,
  type RmsNormBackwardOptions,
} from "./gradients.js";
export {
  layerNormChunk,
  Moments,
  rmsNormChunk,
  type LayerNormChunkOptions,
  type RmsNormChunkOptions,
  type Stats,
} from "./moments.js";
