import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project } from "./fixture.mjs";
import { bits, random, refused } from "./reference.mjs";

const { LayerNorm, layerNorm, postNorm, postNormAsync, preNorm, preNormAsync, rmsNorm } = await load(project());

const twice = (input, out) => input.forEach((v, i) => (out[i] = 2 * v + i));

test("preNorm is x += f(norm(x)), postNorm is x = norm(x + f(x)), of either norm", () => {
  const [gamma, beta] = [random(20, 2), random(20, 3)];
  for (const [name, norm, own] of [["layer", layerNorm, {}], ["rms", rmsNorm, { beta }], [undefined, layerNorm, { beta }]]) {
    const options = { width: 20, gamma, unitOffset: true, epsilon: 1e-3, ...own };
    const [x, out] = [random(60), new Float32Array(60)];
    twice(norm(x, options), out);
    const pre = x.slice();
    assert.equal(preNorm(pre, twice, { ...options, norm: name }), pre);
    assert.deepEqual(bits(pre), bits(x.map((v, i) => v + out[i])));
    twice(x, out);
    const post = x.slice();
    assert.equal(postNorm(post, twice, { ...options, norm: name }), post);
    assert.deepEqual(bits(post), bits(norm(x.map((v, i) => v + out[i]), options)));
  }
});

test("what preNorm adds has the one NaN, opposite infinities too", () => {
  const x = Float32Array.of(-Infinity, Infinity, 1, 2);
  preNorm(x, (_, out) => out.set([Infinity, -Infinity, NaN, 3]), { width: 4 });
  assert.deepEqual([...new Uint32Array(x.buffer, 0, 3)], [0x7fc00000, 0x7fc00000, 0x7fc00000]);
  assert.equal(x[3], 5);
});

test("x may be a view of the memory, though it grows meanwhile", () => {
  const width = 64;
  for (const norm of [preNorm, postNorm]) {
    const held = new LayerNorm({ width });
    held.x.set(random(width));
    const { x } = held;
    const expected = norm(random(width), twice, { width });
    const grow = (input, out) => {
      twice(input, out);
      new LayerNorm({ width: 1 << 22 }).dispose();
      for (let rows = 1; x.length > 0; rows *= 2) new LayerNorm({ width: 1 << 20, rows }).dispose();
    };
    const result = norm(x, grow, { width });
    assert.equal(x.length, 0, "memory did not grow: the test tests nothing");
    assert.deepEqual(bits(result), bits(expected));
    assert.deepEqual(bits(held.x), bits(expected));
    held.dispose();
  }
});

test("every bad argument is named before the sublayer runs, and one that throws leaves x alone", () => {
  const x = new Float32Array(6).fill(7);
  const never = () => assert.fail("the sublayer ran");
  for (const norm of [preNorm, postNorm]) {
    refused([
      [() => norm(x, never), TypeError, "options: expected an object, actual none"],
      [() => norm([1], never, { width: 1 }), TypeError, "x: expected a Float32Array, actual Array"],
      [() => norm(x, never, { width: 4 }), RangeError, "x: expected a length that is a multiple of width 4, actual 6"],
      [() => norm(x, 1, { width: 3 }), TypeError, "sublayer: expected a function, actual 1"],
      [() => norm(x, never, { width: 3, norm: "batch" }), TypeError, 'norm: expected "layer" or "rms", actual batch'],
      [() => norm(x, never, { width: 3, gamma: x }), RangeError, "gamma: expected length 3, actual 6"],
      [() => norm(x, never, { width: 3, epsilon: -1 }), RangeError, "epsilon: expected a finite number of at least 0, actual -1"],
    ]);
    const error = new Error("out of order");
    assert.throws(() => norm(x, () => { throw error; }, { width: 3 }), error);
  }
  assert.ok(x.every((v) => v === 7));
});

test("what a sublayer returns is used, and not changed; async forms await it", async () => {
  const options = { width: 20, beta: random(20, 3) };
  for (const [norm, later] of [[preNorm, preNormAsync], [postNorm, postNormAsync]]) {
    const expected = bits(norm(random(60), twice, options));
    const kept = new Float32Array(60);
    const returning = (input) => {
      twice(input, kept);
      return kept;
    };
    assert.deepEqual(bits(norm(random(60), returning, options)), expected);
    const again = kept.slice();
    assert.deepEqual(bits(norm(random(60), () => kept, options)), expected);
    assert.deepEqual(bits(kept), bits(again));
    assert.deepEqual(bits(norm(random(60), (input, out) => (twice(input, out), out), options)), expected);
    // Nothing written, nothing returned: zeros are added.
    assert.deepEqual(bits(norm(random(60), (input, out) => void out, options)), bits(norm === preNorm ? random(60) : layerNorm(random(60), options)));
    const x = random(60);
    const slowly = async (input, out) => {
      await new Promise((resolve) => setTimeout(resolve));
      twice(input, out);
    };
    assert.equal(await later(x, slowly, options), x);
    assert.deepEqual(bits(x), expected);
    assert.deepEqual(bits(await later(random(60), async (input) => returning(input), options)), expected);
    assert.deepEqual(bits(await later(random(60), twice, options)), expected);
  }
});

test("what cannot be added is refused, a promise too, and x is as it was", async () => {
  for (const [norm, later] of [[preNorm, preNormAsync], [postNorm, postNormAsync]]) {
    const x = random(6);
    const call = (sublayer) => () => norm(x, sublayer, { width: 3 });
    refused([
      [call(async (input, out) => out.fill(1)), TypeError, "sublayer: expected a Float32Array or nothing returned, actual a promise"],
      [call(async () => { throw new Error("later"); }), TypeError, "sublayer: expected a Float32Array or nothing returned, actual a promise"],
      [call((input) => [...input]), TypeError, "sublayer(): expected a Float32Array, actual Array"],
      [call((input) => input.subarray(1)), RangeError, "sublayer(): expected length 6, actual 5"],
    ]);
    await assert.rejects(later(x, async () => { throw new Error("later"); }, { width: 3 }), /^Error: later$/);
    await assert.rejects(later(x, async () => [1], { width: 3 }), /^TypeError: sublayer\(\): expected a Float32Array, actual Array: /);
    assert.deepEqual(bits(x), bits(random(6)));
  }
});
