// The easy call keeps a scratch: what it must not remember, what it must not leave behind, arrays that overlap.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project, run } from "./fixture.mjs";
import { bits, near, random, reference, refused } from "./reference.mjs";

const folder = project();
const { LayerNorm, layerNorm, layerNormChannelsFirst, rmsNorm } = await load(folder);

test("gamma and beta that change in place count, and one that became infinite is refused before anything is written", () => {
  const width = 96;
  const [x, gamma, beta, out] = [random(width), random(width, 2), random(width, 3), new Float32Array(width)];
  const options = { width, gamma, beta, out };
  for (let call = 0; call < 5; call++) {
    near(layerNorm(x, options), reference(x, width, { gamma, beta }));
    gamma[7] += call;
    beta[95] -= call;
  }
  const before = bits(out);
  gamma[64] = NaN;
  refused([[() => layerNorm(x, options), RangeError, "gamma[64]: expected a finite number, actual NaN"]]);
  gamma[64] = 1;
  beta[3] = -Infinity;
  refused([[() => rmsNorm(x, options), RangeError, "beta[3]: expected a finite number, actual -Infinity"]]);
  // More rows than are in memory at a time.
  const many = new Float32Array(2000 * width);
  refused([[() => layerNorm(random(2000 * width), { ...options, out: many }), RangeError, "beta[3]: expected a finite number, actual -Infinity"]]);
  assert.ok(many.every((v) => v === 0));
  assert.deepEqual(bits(out), before);
});

test("calls of any shape and options, one after the other, do not see each other's", () => {
  const shapes = [[1, 64], [3, 5], [1, 64], [100, 768], [1, 70000], [2, 64], [0, 8], [900, 1], [1, 1], [64, 768]];
  for (let round = 0; round < 3; round++) {
    for (const [i, [rows, width]] of shapes.entries()) {
      const x = random(rows * width, i + 1);
      const [gamma, beta] = [(i + round) % 2 ? random(width, 2) : undefined, (i + round) % 3 ? random(width, 3) : undefined];
      const [mean, rstd] = [(i + round) % 2 ? undefined : new Float32Array(rows), new Float32Array(rows)];
      const epsilon = 10 ** -i;
      const options = { width, gamma, beta, epsilon, rstd, unitOffset: round === 1 };
      near(layerNorm(x, { ...options, mean }), reference(x, width, { ...options, gamma: gamma ?? (round === 1 ? new Float32Array(width) : undefined) }), 2e-5);
      mean?.forEach((v, r) => near([v], [x.slice(r * width, (r + 1) * width).reduce((s, v) => s + v, 0) / width], 1e-5));
      assert.ok(rstd.every((v) => v > 0));
    }
  }
});

test("memory that grows between calls, or during one, changes nothing", () => {
  const [x, gamma] = [random(256), random(256, 2)];
  const expected = bits(layerNorm(x, { width: 256, gamma }));
  for (let i = 0; i < 5; i++) {
    const { buffer } = new LayerNorm({ width: 1 << 20 }).x;
    assert.deepEqual(bits(layerNorm(x, { width: 256, gamma })), expected);
    assert.ok(buffer.byteLength > 0);
  }
});

/** Rows of `width`, out at `by` elements from x in one array; expected is what separate arrays give. */
function overlapping(call, length, by, options) {
  const at = Math.max(0, -by);
  const one = random(length + Math.abs(by));
  const x = one.subarray(at, at + length);
  const out = one.subarray(at + by, at + by + length);
  const expected = bits(call(x.slice(), options));
  assert.equal(call(x, { ...options, out }), out);
  assert.deepEqual(bits(out), expected, `${by}`);
}

test("out that overlaps x is right, whatever the size, the distance and the direction", () => {
  for (const [rows, width] of [[4, 4], [100_000, 4], [100, 768], [3, 70_000]]) {
    for (const by of rows > 1000 ? [4, -3, 5 * width + 1] : [1, 4, -1, -3, width, -width, 5 * width + 1, -5 * width - 1]) {
      overlapping(layerNorm, rows * width, by, { width, gamma: random(width, 2) });
      overlapping(rmsNorm, rows * width, by, { width });
      overlapping(layerNormChannelsFirst, rows * width, by, { channels: width, positions: rows });
    }
  }
});

test("out may overlap gamma, beta, scale and shift too; where x has a stride as well", () => {
  const [rows, width] = [40_000, 4];
  for (const [samples, names] of [[1, ["gamma", "beta"]], [rows / 2, ["scale", "shift"]]]) {
    const [x, first, second] = [random(rows * width), random(samples * width, 2), random(samples * width, 3)];
    const expected = bits(layerNorm(x, { width, [names[0]]: first, [names[1]]: second }));
    for (const name of names) {
      const one = new Float32Array(rows * width + samples * width);
      const [out, inside] = [one.subarray(0, rows * width), one.subarray(3, 3 + samples * width)];
      inside.set(name === names[0] ? first : second);
      const other = name === names[0] ? { [names[1]]: second } : { [names[0]]: first };
      layerNorm(x, { width, ...other, [name]: inside, out });
      assert.deepEqual(bits(out), expected, name);
    }
  }
  const one = random(rows * 8 + 8);
  const given = { width, stride: 8, outStride: 8 };
  const x = one.subarray(0, rows * 8);
  const packed = layerNorm(x, { width, stride: 8 });
  layerNorm(x, { ...given, out: one.subarray(4, rows * 8) });
  for (let r = 0; r < rows - 1; r += 997) assert.deepEqual(bits(one.subarray(8 * r + 4, 8 * r + 8)), bits(packed.subarray(4 * r, 4 * r + 4)));
});

test("what is written twice is refused", () => {
  const one = new Float32Array(20);
  const x = random(12);
  const at = (from, length) => one.subarray(from, from + length);
  const overlap = (name, other) => `${name}: expected an array apart from ${other}, actual one that overlaps it`;
  refused([
    [() => layerNorm(x, { width: 4, out: at(0, 12), mean: at(11, 3) }), RangeError, overlap("mean", "out")],
    [() => layerNorm(x, { width: 4, mean: at(0, 3), rstd: at(2, 3) }), RangeError, overlap("rstd", "mean")],
    [() => layerNorm(x, { width: 4, out: x, rstd: x.subarray(0, 3) }), RangeError, overlap("rstd", "out")],
  ]);
  assert.ok(one.every((v) => v === 0));
});

test("a call with out leaves at most 100 bytes of garbage", () => {
  const code = `import { layerNorm, rmsNorm } from "layernorm";
    const f = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i) + 1);
    const [calls, shapes] = [20_000, [[1, 64], [1, 768], [64, 64]]];
    const tasks = shapes.flatMap(([rows, width]) => {
      const [x, gamma, beta, out] = [f(rows * width), f(width), f(width), f(rows * width)];
      const options = { width, gamma, beta, epsilon: 1e-5, out };
      return [
        // Options that are kept, and those that are made anew, as most write them: 100 bytes beside what they take themselves.
        () => layerNorm(x, options),
        () => rmsNorm(x, options),
        () => layerNorm(x, { width, gamma, beta, out }).length,
      ];
    });
    const measure = (task) => {
      for (let i = 0; i < 20_000; i++) task();
      gc();
      const before = process.memoryUsage().heapUsed;
      for (let i = 0; i < calls; i++) task();
      return (process.memoryUsage().heapUsed - before) / calls;
    };
    console.log(tasks.map((task) => measure(task).toFixed(0)).join());`;
  // New space that is never full: nothing is collected in between.
  const flags = ["--expose-gc", "--max-semi-space-size=256", "--min-semi-space-size=256"];
  const garbage = run(folder, code, ...flags).split(",").map(Number);
  assert.equal(garbage.length, 9);
  garbage.forEach((bytes, i) => assert.ok(bytes <= (i % 3 === 2 ? 200 : 100), `${garbage} bytes a call`));
});
