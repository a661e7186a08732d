// ONNX Runtime's web build: one thread, all graph optimisations. (Results into tensors given by the caller, its
// `fetches`, are for GPU memory: on the CPU 1.30 leaves them unwritten.)
import { model } from "./onnx.mjs";
import { EPSILON, buffers, error, isForward, reference } from "./work.mjs";

// A call copies its input into wasm memory and its output out of it, as any caller has to bear. In a chain that is
// shared by so many norms: nearly the kernel alone, which is what a larger model sees.
const CHAIN = 8;

export const onnxruntime = (ort) => ({
  "onnxruntime-web": (work) => isForward(work) && open(ort, work, 1),
  [`onnxruntime-web, ${CHAIN} in a row`]: (work) => work.verb === "layer" && open(ort, work, CHAIN),
});

async function open(ort, work, norms) {
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "error";
  const inputs = buffers(work);
  const session = await ort.InferenceSession.create(model(work, inputs, EPSILON, norms), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
  });
  const tensor = (data) => new ort.Tensor("float32", data, [work.rows, work.width]);
  const feeds = { x: tensor(inputs.x) };
  if (work.verb === "residual") feeds.residual = tensor(inputs.residual);
  let expected = reference(work, inputs);
  for (let i = 1; i < norms; i++) expected = reference(work, { ...inputs, x: expected });
  const { y } = await session.run(feeds);
  return {
    error: error(y.data, expected),
    norms,
    run: async (times) => {
      for (let i = 0; i < times; i++) await session.run(feeds);
    },
    close: () => session.release(),
  };
}
