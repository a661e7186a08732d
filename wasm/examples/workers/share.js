// Rows are independent: each worker takes a block of them, from memory that all share, and no bit changes.

import { compiled } from "layernorm";

/** Numbers that no message copies; a page has to be cross-origin isolated for that. */
export const shared = (length) => new Float32Array(new SharedArrayBuffer(4 * length));

/** Gives each worker (see serve.js) the one compiled module. */
export async function start(workers) {
  const source = await compiled();
  await Promise.all(workers.map((worker) => ask(worker, { source })));
}

/** `layerNorm` by all workers; `x` and `out` are {@link shared}. */
export async function layerNormOn(workers, x, { out, ...options }) {
  for (const [name, { buffer }] of Object.entries({ x, out })) {
    if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError(`${name}: expected shared memory, actual other`);
  }
  const block = Math.ceil(x.length / options.width / workers.length) * options.width;
  const parts = workers.map((worker, i) => {
    const part = (values) => values.subarray(i * block, (i + 1) * block);
    return ask(worker, { x: part(x), options: { ...options, out: part(out) } });
  });
  await Promise.all(parts);
}

/** Each message brings a channel for its answer, so that calls may overlap. */
function ask(worker, message) {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data: error }) => {
      port1.close();
      if (error) reject(error);
      else resolve();
    };
    worker.postMessage({ ...message, answer: port2 }, [port2]);
  });
}
