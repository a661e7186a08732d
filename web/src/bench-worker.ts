/** The package in its forms, and the plain loop; `self.name` says which. A thread has one variant of the package. */
import { init, LayerNorm, layerNorm } from "layernorm";
import { answerQuestions, type Kernel } from "./bench-answer";
import type { Contender } from "./bench";
import { EPSILON, input, parameters, type Shape } from "./bench-shapes";
import { startEither, startScalar } from "./package";
import { plainLayerNorm } from "./plain";

const contender = self.name as Contender;

const KERNELS: Partial<Record<Contender, (shape: Shape) => Kernel>> = { simd128: resident, scalar: resident, easy, plain };

const STARTS: Partial<Record<Contender, () => Promise<void>>> = { simd128: init, scalar: startScalar, easy: startEither };

let started: Promise<void> | undefined;

answerQuestions(async (shape) => {
  await (started ??= STARTS[contender]?.());
  const make = KERNELS[contender];
  if (!make) throw new Error(`no ${contender} in this worker`);
  return make(shape);
});

/** The rows stay in wasm memory. */
function resident(shape: Shape): Kernel {
  const norm = new LayerNorm({ ...shape, ...parameters(shape), epsilon: EPSILON });
  norm.x.set(input(shape));
  return { run: () => norm.forward(), output: () => norm.y };
}

/** One call: rows are copied in and out, to an array that is there, as the loop has one. */
function easy(shape: Shape): Kernel {
  const x = input(shape);
  const y = new Float32Array(x.length);
  const options = { width: shape.width, ...parameters(shape), epsilon: EPSILON, out: y };
  return { run: () => void layerNorm(x, options), output: () => y };
}

function plain(shape: Shape): Kernel {
  const [x, { gamma, beta }] = [input(shape), parameters(shape)];
  const y = new Float32Array(x.length);
  return { run: () => plainLayerNorm(x, y, shape.width, gamma, beta, EPSILON), output: () => y };
}
