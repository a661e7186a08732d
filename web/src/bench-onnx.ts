/**
 * ONNX Runtime Web on one thread, with a model of one LayerNormalization. It has no calls without copies on the CPU: each takes
 * its rows from JavaScript and makes new ones, as `layerNorm` does.
 */
import module from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { model } from "../../benches/js/onnx.mjs";
import { answerQuestions, type Kernel } from "./bench-answer";
import { EPSILON, input, parameters, type Shape } from "./bench-shapes";

let ready: Promise<void> | undefined;

answerQuestions(async (shape) => {
  await (ready ??= start());
  return open(shape);
});

async function start(): Promise<void> {
  const response = await fetch(module);
  if (!response.ok) throw new Error(`ONNX Runtime did not load: ${response.status}`);
  ort.env.wasm.wasmBinary = await response.arrayBuffer();
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
}

async function open(shape: Shape): Promise<Kernel> {
  const session = await ort.InferenceSession.create(model({ verb: "layer", ...shape }, parameters(shape), EPSILON), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const x = new ort.Tensor("float32", input(shape), [shape.rows, shape.width]);
  let y: Float32Array;
  return {
    async run() {
      y = (await session.run({ x })).y.data as Float32Array;
    },
    output: () => y,
  };
}
