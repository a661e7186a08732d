// What `layernorm` exports: all that a core module can.

export { layerNormChannelsFirst, rmsNormChannelsFirst } from "./channels.js";
export { layerNorm, rmsNorm } from "./easy.js";
export { groupNorm, instanceNorm, type GroupNormOptions, type InstanceNormOptions } from "./groups.js";
export type { Anew, ChannelsFirstOptions, Floats, Into, LayerNormOptions, NormOptions, RmsNormOptions } from "./options.js";
export {
  postNorm,
  postNormAsync,
  preNorm,
  preNormAsync,
  type AsyncSublayer,
  type Sublayer,
  type SublayerOptions,
} from "./sublayer.js";
export { LayerNorm, RmsNorm, type ResidentOptions } from "./resident.js";
export * from "./start.js";
