// `layernorm/slim`: without modules; `init` or `initSync` is told where one is.

export { layerNorm, rmsNorm, type LayerNormOptions, type RmsNormOptions } from "./easy.js";
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
