// Beside the files of examples/workers: many shapes by several workers, bit for bit, and what is refused.

import { layerNorm } from "layernorm";
import { layerNormOn, shared, start } from "./share.js";

const bits = (values) => new Uint32Array(values.buffer).join();
const feature = (width, scale) => Float32Array.from({ length: width }, (_, i) => scale * Math.cos(i));

/** Of all magnitudes and means; the third row is not finite. */
function input(rows, width) {
  const x = shared(rows * width);
  x.forEach((_, i) => (x[i] = Math.sin(12.9898 * i) * 10 ** ((i >> 4) % 30) + (i % 5 ? 0 : 1e7)));
  if (rows > 2) x[2 * width] = NaN;
  return x;
}

async function compare(workers, rows, width) {
  const x = input(rows, width);
  const parameters = { gamma: feature(width, 2), beta: feature(width, 3), epsilon: 1e-3 };
  for (const options of [{ width }, { width, ...parameters }]) {
    const out = shared(x.length).fill(7);
    await layerNormOn(workers, x, { ...options, out });
    const same = bits(out) === bits(layerNorm(x, options));
    if (!same) different.push(`${rows} × ${width}, ${workers.length} workers: ${Object.keys(options)}`);
    compared++;
  }
}

const workers = Array.from(
  { length: 4 },
  () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
);
await start(workers);

const different = [];
let compared = 0;
for (const count of [1, 2, 3, 4]) {
  for (const rows of [0, 1, 2, 3, 7, 64, 101]) {
    for (const width of [1, 17, 64, 300]) await compare(workers.slice(0, count), rows, width);
  }
}

const refused = [];
const mistakes = { "memory that is not shared": new Float32Array(8), "rows that are not whole": shared(7) };
for (const [name, out] of Object.entries(mistakes)) {
  await layerNormOn(workers, shared(out.length), { width: 4, out }).catch(() => refused.push(name));
}
globalThis.result = { compared, different, refused };
