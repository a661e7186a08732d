// What `layernorm` exports: all that a core module can.

export {
  layerNorm,
  layerNormChannelsFirst,
  rmsNorm,
  rmsNormChannelsFirst,
  type ChannelsFirstOptions,
  type LayerNormOptions,
  type NormOptions,
  type RmsNormOptions,
} from "./easy.js";
export { postNorm, preNorm, type Sublayer, type SublayerOptions } from "./sublayer.js";
export {
  LayerNorm,
  RmsNorm,
  type ResidentOptions,
} from "./resident.js";
export * from "./start.js";
