// All contenders of one JavaScript engine. What has to be loaded in the engine's own way is handed in.
import { clocked } from "./local.mjs";
import { loop } from "./loop.mjs";
import { onnxruntime } from "./onnxruntime.mjs";
import { packaged } from "./packaged.mjs";
import { tensorflow } from "./tensorflow.mjs";
import { wasmContenders } from "./wasm.mjs";

export async function engine({ module, layernorm, ort, tf }) {
  return clocked({
    ...(await wasmContenders(module)),
    ...(layernorm && packaged(layernorm)),
    loop,
    ...(ort && onnxruntime(ort)),
    ...(tf && { "tfjs-backend-wasm": tensorflow(tf) }),
  });
}
