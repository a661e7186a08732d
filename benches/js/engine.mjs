// All contenders of one JavaScript engine. What has to be loaded in the engine's own way is handed in.
import { clocked } from "./local.mjs";
import { loop } from "./loop.mjs";
import { OURS } from "./measure.mjs";
import { onnxruntime } from "./onnxruntime.mjs";
import { packaged } from "./packaged.mjs";
import { tensorflow } from "./tensorflow.mjs";
import { wasmContenders } from "./wasm.mjs";

/**
 * `optimised` is `module` after what is done to the modules of the package. That made rten slower, so peers stay as cargo leaves them.
 * `against` is such a module of an earlier commit, which is called `earlier`.
 */
export async function engine({ module, optimised, against, earlier, layernorm, ort, tf }) {
  const { [OURS]: ours, "two-pass": twoPass, copy } = await wasmContenders(optimised);
  return clocked({
    ...(await wasmContenders(module)),
    ...{ [OURS]: ours, "two-pass": twoPass, copy },
    ...(against && { [earlier]: (await wasmContenders(against))[OURS] }),
    ...(layernorm && packaged(layernorm)),
    loop,
    ...(ort && onnxruntime(ort)),
    ...(tf && { "tfjs-backend-wasm": tensorflow(tf) }),
  });
}
