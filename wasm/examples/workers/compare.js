// The same rows by one thread and by the workers: are the bits the same, and how much sooner are they there?

import { layerNorm } from "layernorm";
import { layerNormOn, shared } from "./share.js";

const [ROWS, WIDTH, ROUNDS] = [4096, 768, 21];

/** A line that says it. */
export async function compare(workers) {
  const x = Float32Array.from({ length: ROWS * WIDTH }, (_, i) => Math.sin(12.9898 * i));
  const [sharedX, together, alone] = [shared(x.length), shared(x.length), new Float32Array(x.length)];
  sharedX.set(x);
  const parameters = { gamma: new Float32Array(WIDTH).fill(1.5), beta: new Float32Array(WIDTH).fill(0.5) };
  const options = { width: WIDTH, ...parameters };

  const [one, all] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    one.push(await time(() => layerNorm(x, { ...options, out: alone })));
    all.push(await time(() => layerNormOn(workers, sharedX, { ...options, out: together })));
  }
  const bits = (values) => new Uint32Array(values.buffer);
  const expected = bits(alone);
  if (!bits(together).every((bit, i) => bit === expected[i])) throw new Error("the bits differ");

  const [oneThread, workersTogether] = [median(one), median(all)];
  const times = `one thread ${oneThread.toFixed(2)} ms, ${workers.length} workers ${workersTogether.toFixed(2)} ms`;
  return `${ROWS} × ${WIDTH}: the same bits; ${times}, ${(oneThread / workersTogether).toFixed(2)} times as fast`;
}

async function time(call) {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
