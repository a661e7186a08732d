// All contenders of one JavaScript engine. What has to be loaded in the engine's own way is handed in.
import { clocked } from "./local.mjs";
import { loop } from "./loop.mjs";
import { onnxruntime } from "./onnxruntime.mjs";
import { packaged } from "./packaged.mjs";
import { tensorflow } from "./tensorflow.mjs";
import { wasmContenders } from "./wasm.mjs";

/** `optimised` is `module` after what is done to the modules of the package. That made rten slower, so peers stay as cargo leaves them. */
export async function engine({ module, optimised, layernorm, ort, tf }) {
  const { layernorm: ours, "layernorm-codes": codes, "two-pass": twoPass, copy } = await wasmContenders(optimised);
  return clocked({
    ...(await wasmContenders(module)),
    ...{ layernorm: ours, "layernorm-codes": codes, "two-pass": twoPass, copy },
    ...(layernorm && packaged(layernorm)),
    loop,
    ...(ort && onnxruntime(ort)),
    ...(tf && { "tfjs-backend-wasm": tensorflow(tf) }),
  });
}
