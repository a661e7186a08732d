// What `layernorm/full` exports: all that a full module can.

import * as resident from "./resident.js";

export * from "./core.js";
export { dynamicTanh, type DynamicTanhOptions } from "./tanh.js";
export { layerNormBackward, rmsNormBackward, type BackwardOptions } from "./gradients.js";
export { layerNormChunk, Moments, rmsNormChunk, type ChunkOptions, type Stats } from "./moments.js";
export type { TrainingOptions } from "./resident.js";

// The classes of core.ts, here with gradients.

/** Layer normalisation with its data in WebAssembly memory; with `backward: true` its gradients too. */
export const LayerNorm: new (options: resident.TrainingOptions) => resident.LayerNorm = resident.LayerNorm;
export type LayerNorm = resident.LayerNorm;

/** RMSNorm with its data in WebAssembly memory; with `backward: true` its gradients too. */
export const RmsNorm: new (options: resident.TrainingOptions) => resident.RmsNorm = resident.RmsNorm;
export type RmsNorm = resident.RmsNorm;
