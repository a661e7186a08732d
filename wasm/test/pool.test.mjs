// Rows split among workers, in Node and in Chromium, with shared memory and without.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { build } from "esbuild";
import { load, project } from "./fixture.mjs";
import { launch, result, serve } from "./pages.mjs";
import { bits, random } from "./reference.mjs";

const folder = project();
const { layerNorm, rmsNorm } = await load(folder);
const { Pool } = await load(folder, "layernorm/pool");
writeFileSync(join(folder, "rows.mjs"), `import { parentPort } from "node:worker_threads";
import { serve } from "layernorm/pool";
serve(parentPort);`);

const workers = Array.from({ length: 3 }, () => new Worker(join(folder, "rows.mjs")));
after(() => Promise.all(workers.map((worker) => worker.terminate())));
const shared = (values) => {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
};

test("any number of workers has the bits of one, from shared memory and from other, in place and apart", async () => {
  for (const count of [1, 2, 3]) {
    const pool = new Pool({ workers: workers.slice(0, count) });
    for (const [rows, width] of [[0, 4], [1, 1], [2, 17], [3, 64], [7, 300], [101, 33]]) {
      const x = random(rows * width);
      if (rows > 2) x[2 * width] = NaN;
      const norm = { width, gamma: random(width), beta: random(width), epsilon: 1e-3, unitOffset: rows % 2 === 1 };
      for (const [verb, alone] of Object.entries({ layerNorm, rmsNorm })) {
        for (const options of [{ width }, norm]) {
          const expected = bits(alone(x, options));
          const [here, there] = [x.slice(), shared(x)];
          assert.deepEqual(bits(await pool[verb](here, options)), expected);
          const y = await pool[verb](there, options);
          assert.ok(y.buffer instanceof SharedArrayBuffer);
          assert.deepEqual(bits(y), expected);
          assert.deepEqual(bits(here), bits(x), "x is not changed");
          for (const [from, out] of [[here, shared(x)], [there, x.slice()], [here, here], [there, there]]) {
            assert.equal(await pool[verb](from, { ...options, out }), out);
            assert.deepEqual(bits(out), expected);
          }
        }
      }
    }
    pool.dispose();
  }
});

test("out that overlaps x, or gamma, is right in shared memory too", async () => {
  const pool = new Pool({ workers });
  const [rows, width] = [60, 50];
  for (const shift of [1, width, 20 * width]) {
    const memory = shared(random((rows + 20) * width));
    const [x, out] = [memory.subarray(0, rows * width), memory.subarray(shift, shift + rows * width)];
    const gamma = out.subarray(0, width);
    const expected = bits(layerNorm(x.slice(), { width, gamma: gamma.slice() }));
    await pool.layerNorm(x, { width, gamma, out });
    assert.deepEqual(bits(out.slice()), expected, `${shift}`);
  }
  pool.dispose();
});

test("calls overlap, and each gets its own", async () => {
  const pool = new Pool({ workers });
  const calls = Array.from({ length: 40 }, (_, i) => random((1 + (i % 9)) * (1 + i)));
  const results = await Promise.all(calls.map((x, i) => pool.layerNorm(x, { width: 1 + i })));
  results.forEach((y, i) => assert.deepEqual(bits(y), bits(layerNorm(calls[i], { width: 1 + i }))));
  pool.dispose();
});

test("a worker that fails or ends, and a pool that is disposed, reject what is asked", async () => {
  writeFileSync(join(folder, "broken.mjs"), `throw new Error("no rows today");`);
  writeFileSync(join(folder, "ends.mjs"), `setTimeout(() => process.exit(3), 50);`);
  for (const [name, said] of [["broken", /actual no rows today: /], ["ends", /actual one that ended with code 3: /]]) {
    const pool = new Pool({ workers: [workers[0], new Worker(join(folder, `${name}.mjs`))] });
    await assert.rejects(pool.layerNorm(random(64), { width: 4 }), said);
    await assert.rejects(pool.layerNorm(random(64), { width: 4 }), said);
  }
  const pool = new Pool({ workers });
  const asked = pool.layerNorm(random(64), { width: 4 });
  pool.dispose();
  await assert.rejects(asked, /^TypeError: Pool: expected one in use, actual disposed: /);
  await assert.rejects(pool.layerNorm(random(64), { width: 4 }), /^TypeError: Pool: expected one in use, actual disposed: /);
});

const PAGE = `import { layerNorm } from "layernorm";
import { Pool } from "layernorm/pool";
const workers = Array.from({ length: 3 }, () => new Worker("rows.js", { type: "module" }));
const pool = new Pool({ workers });
const x = Float32Array.from({ length: 7000 }, (_, i) => Math.sin(12.9898 * i));
const bits = (values) => new Uint32Array(values.buffer).join();
const inputs = [x];
if (globalThis.crossOriginIsolated) inputs.push(new Float32Array(new SharedArrayBuffer(x.byteLength)));
inputs.at(-1).set(x);
const same = [];
for (const input of inputs) same.push(bits(await pool.layerNorm(input, { width: 70 })) === bits(layerNorm(x, { width: 70 })));
globalThis.result = same;`;

test("in a page too, with shared memory where it is isolated, under a strict policy", async () => {
  writeFileSync(join(folder, "page.js"), PAGE);
  writeFileSync(join(folder, "rows.js"), `import { serve } from "layernorm/pool"; serve();`);
  const outdir = join(folder, "page");
  await build({ entryPoints: ["page", "rows"].map((name) => join(folder, `${name}.js`)), outdir, bundle: true, format: "esm" });
  writeFileSync(join(outdir, "index.html"), `<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>`);
  const isolated = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
  const browser = await launch();
  try {
    for (const [headers, expected] of [[{}, [true]], [isolated, [true, true]]]) {
      const { computed, complaints } = await result(`${await serve(outdir, headers)}/index.html`, browser);
      assert.deepEqual(computed, expected);
      assert.deepEqual(complaints, []);
    }
  } finally {
    await browser.close();
  }
});
