import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project, variants } from "./fixture.mjs";
import { bits, random, refused } from "./reference.mjs";

const folder = project();
const [simd, scalar] = await variants(folder, "layernorm/full");
const { dynamicTanh } = simd;

test("dynamic tanh agrees with tanh of f64, with and without parameters, over many parts, in both modules", () => {
  for (const [rows, width, alpha] of [[1, 1, 0.5], [3, 5, -2], [7, 64, 0.01], [200, 768, 1], [0, 4, 1]]) {
    const x = random(rows * width);
    for (const [gamma, beta] of [[], [random(width, 2)], [undefined, random(width, 3)], [random(width, 2), random(width, 3)]]) {
      const options = { width, alpha, gamma, beta };
      const y = dynamicTanh(x, options);
      assert.equal(y.length, x.length);
      y.forEach((v, i) => {
        const [gain, bias] = [gamma?.[i % width] ?? 1, beta?.[i % width] ?? 0];
        const tanh = Math.tanh(Math.fround(Math.fround(alpha) * x[i]));
        // 3 ULP of tanh, then a product and a sum, each rounded.
        const bound = 2 ** -24 * (8 * Math.abs(tanh * gain) + Math.abs(tanh * gain + bias));
        assert.ok(Math.abs(v - (tanh * gain + bias)) <= bound, `${rows}x${width} [${i}]: ${v}`);
      });
      assert.deepEqual(bits(scalar.dynamicTanh(x, options)), bits(y));
    }
  }
});

test("an infinity is gamma and beta, a NaN is one and touches nothing else; alpha, x or a part of it may be 0", () => {
  const y = dynamicTanh(Float32Array.of(Infinity, -Infinity, NaN, 0), { width: 4, alpha: 2, gamma: Float32Array.of(3, 3, 3, 3), beta: Float32Array.of(1, 1, 1, 1) });
  assert.deepEqual(bits(y), [...bits([4, -2]), 0x7fc00000, ...bits([1])]);
  assert.deepEqual(bits(dynamicTanh(Float32Array.of(Infinity, 5), { width: 2, alpha: 0 })), [0x7fc00000, 0]);
});

test("out may be x or overlap it", () => {
  const x = random(140_000);
  const options = { width: 700, alpha: 0.7, gamma: random(700, 2) };
  const y = dynamicTanh(x, options);
  const memory = new Float32Array(140_003);
  memory.set(x);
  assert.deepEqual(bits(dynamicTanh(memory.subarray(0, 140_000), { ...options, out: memory.subarray(3) })), bits(y));
  assert.equal(dynamicTanh(x, { ...options, out: x }), x);
  assert.deepEqual(bits(x), bits(y));
});

test("what is wrong is said, and nothing is written", async () => {
  const [x, out] = [random(8), new Float32Array(8).fill(7)];
  const good = { width: 4, alpha: 0.5, out };
  refused([
    [() => dynamicTanh(x, { width: 4, out }), TypeError, "alpha: expected a number, actual undefined"],
    [() => dynamicTanh(x, { ...good, alpha: NaN }), RangeError, "alpha: expected a finite number, actual NaN"],
    [() => dynamicTanh(x, { ...good, alpha: 1e39 }), RangeError, "alpha: expected a finite number, actual 1e+39"],
    [() => dynamicTanh(x, { ...good, width: 3 }), RangeError, "x: expected a length that is a multiple of width 3, actual 8"],
    [() => dynamicTanh(x, { ...good, gamma: Float32Array.of(1, 1, 1, Infinity) }), RangeError, "gamma[3]: expected a finite number, actual Infinity"],
    [() => dynamicTanh(x, { ...good, epsilon: 1 }), TypeError, "epsilon: expected an option of dynamicTanh, actual none of them"],
    [() => dynamicTanh([1], good), TypeError, "x: expected a Float32Array, actual Array"],
  ]);
  const slim = await load(folder, "layernorm/slim", "?tanh");
  slim.initSync({ source: await simd.compiled() });
  assert.deepEqual(bits(slim.dynamicTanh(x, good)), bits(dynamicTanh(x, good)));
});
