// `layernorm/slim`: without modules; `init` or `initSync` is told where one is, a core module or a full one.

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
