// What `layernorm` exports: all that a core module can.

export {
  layerNorm,
  layerNorm2d,
  rmsNorm,
  rmsNorm2d,
  type LayerNorm2dOptions,
  type LayerNormOptions,
  type NormOptions,
  type RmsNorm2dOptions,
  type RmsNormOptions,
} from "./easy.js";
export { postNorm, preNorm, type Sublayer, type SublayerOptions } from "./sublayer.js";
export {
  LayerNorm,
  RmsNorm,
  type ResidentLayerNormOptions,
  type ResidentRmsNormOptions,
} from "./resident.js";
export {
  backend,
  compiled,
  init,
  initSync,
  type Backend,
  type InitOptions,
  type InitSyncOptions,
  type Source,
  type SyncSource,
} from "./module.js";
