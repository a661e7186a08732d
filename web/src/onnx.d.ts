/** Writes models; shared with the benches, which are plain JavaScript. */
declare module "*/benches/js/onnx.mjs" {
  export function model(
    work: { readonly verb: "layer"; readonly rows: number; readonly width: number },
    parameters: { readonly gamma: Float32Array; readonly beta: Float32Array },
    epsilon: number,
  ): Uint8Array;
}
