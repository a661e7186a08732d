/** One contender. The package has one variant per thread, so each gets a worker. */
import { init, LayerNorm } from "layernorm";
import type { Contender, Reply, Request } from "./bench";
import { plainLayerNorm } from "./plain";

const EPSILON = 1e-5;
/** Timers of browsers are blurred by up to a millisecond. */
const AT_LEAST = 40;

interface Kernel {
  run(): void;
  output(): Float32Array;
  /** Runs that make a batch long enough to be timed. */
  batch: number;
}

let contender: Contender | undefined;
const kernels = new Map<number, Kernel>();

addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  let reply: Reply;
  try {
    reply = await answer(data);
  } catch (error) {
    reply = { error: error instanceof Error ? error.message : String(error) };
  }
  postMessage(reply);
});

async function answer(request: Request): Promise<Reply> {
  const { width, rows } = request;
  if (!contender) {
    contender = request.contender;
    if (contender !== "plain") await init({ simd: contender === "simd128" });
  }
  let kernel = kernels.get(width);
  if (!kernel) kernels.set(width, (kernel = contender === "plain" ? plain(rows, width) : packaged(rows, width)));
  if (request.check) {
    kernel.run();
    return { y: kernel.output().slice() };
  }
  return { rate: (rows * width) / secondsOf(kernel) };
}

/** Of one run, on average over a batch. */
function secondsOf(kernel: Kernel): number {
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < kernel.batch; i++) kernel.run();
    const took = performance.now() - start;
    if (took >= AT_LEAST) return took / kernel.batch / 1000;
    kernel.batch *= took < AT_LEAST / 8 ? 4 : 2;
  }
}

function packaged(rows: number, width: number): Kernel {
  const { gamma, beta } = parameters(width);
  const norm = new LayerNorm({ width, rows, gamma, beta, epsilon: EPSILON });
  norm.x.set(input(rows * width));
  return { run: () => norm.forward(), output: () => norm.y, batch: 1 };
}

function plain(rows: number, width: number): Kernel {
  const { gamma, beta } = parameters(width);
  const x = input(rows * width);
  const y = new Float32Array(x.length);
  return { run: () => plainLayerNorm(x, y, width, gamma, beta, EPSILON), output: () => y, batch: 1 };
}

/** The same numbers for every contender, about −2…4. */
function input(length: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 6 - 2;
  });
}

function parameters(width: number) {
  return {
    gamma: Float32Array.from({ length: width }, (_, i) => 1 + (i % 7) / 16),
    beta: Float32Array.from({ length: width }, (_, i) => (i % 5) / 8 - 0.25),
  };
}
