import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import { load, project } from "./fixture.mjs";
import { bits, near, random, reference, refused } from "./reference.mjs";

const { LayerNorm, RmsNorm, layerNorm, rmsNorm } = await load(project());

test("both functions agree with f64, with and without parameters, over many parts", () => {
  for (const [rows, width] of [[1, 1], [3, 5], [7, 64], [200, 768], [2, 70000]]) {
    const x = random(rows * width);
    const [gamma, beta] = [random(width, 2), random(width, 3)];
    near(layerNorm(x, { width }), reference(x, width, {}));
    near(layerNorm(x, { width, gamma, beta, epsilon: 0.5 }), reference(x, width, { gamma, beta, epsilon: 0.5 }));
    near(rmsNorm(x, { width, gamma }), reference(x, width, { gamma, centred: false }));
    near(rmsNorm(x, { width, gamma, beta }), reference(x, width, { gamma, beta, centred: false }));
  }
});

test("out, mean and rstd are filled; out may be x", () => {
  const x = random(12);
  const [mean, rstd] = [new Float32Array(3), new Float32Array(3)];
  const y = layerNorm(x, { width: 4, mean, rstd });
  near(mean, [0, 4, 8].map((r) => (x[r] + x[r + 1] + x[r + 2] + x[r + 3]) / 4));
  assert.ok(rstd.every((v) => v > 0));
  assert.equal(layerNorm(x, { width: 4, out: x }), x);
  assert.deepEqual(bits(x), bits(y));
});

test("resident instances give the bits of the functions", () => {
  const [rows, width] = [5, 100];
  const [x, gamma, beta] = [random(rows * width), random(width, 2), random(width, 3)];
  const norm = new LayerNorm({ width, rows, gamma, beta });
  norm.x.set(x);
  norm.forward();
  assert.deepEqual(bits(norm.y), bits(layerNorm(x, { width, gamma, beta })));
  norm.y.fill(7);
  norm.forward(2);
  assert.deepEqual(bits(norm.y.subarray(200)), bits(new Float32Array(300).fill(7)));
  const rms = new RmsNorm({ width, rows, gamma, beta });
  rms.x.set(x);
  rms.forward();
  assert.deepEqual(bits(rms.y), bits(rmsNorm(x, { width, gamma, beta })));
  norm.dispose();
  rms.dispose();
});

test("a residual is added, kept and normalised", () => {
  const [x, before] = [random(60), random(60, 5)];
  const norm = new LayerNorm({ width: 20, rows: 3, residual: true });
  norm.x.set(x);
  norm.residual.set(before);
  norm.forward();
  const sum = before.map((v, i) => Math.fround(v + x[i]));
  assert.deepEqual(bits(norm.residual), bits(sum));
  assert.deepEqual(bits(norm.y), bits(layerNorm(sum, { width: 20 })));
  near(norm.mean, [0, 20, 40].map((r) => sum.subarray(r, r + 20).reduce((s, v) => s + v, 0) / 20));
  norm.dispose();
});

test("views follow memory that grows", () => {
  const norm = new LayerNorm({ width: 4 });
  const old = norm.x;
  old.set([1, 2, 3, 4]);
  const big = new LayerNorm({ width: 1 << 20, rows: 8 });
  assert.equal(old.length, 0, "memory did not grow: the test tests nothing");
  assert.deepEqual([...norm.x], [1, 2, 3, 4]);
  norm.forward();
  assert.deepEqual(bits(norm.y), bits(layerNorm(Float32Array.of(1, 2, 3, 4), { width: 4 })));
  big.dispose();
  norm.dispose();
});

test("arguments may be views of the memory, though it grows", () => {
  const width = 1 << 16;
  const held = [];
  const hold = (options) => held[held.push(new LayerNorm(options)) - 1];
  // What earlier tests gave back is used up; the next, larger request then makes memory grow.
  const fill = (view) => {
    while (view.length > 0) hold({ width });
  };
  const first = hold({ width, gamma: random(width, 2), beta: random(width, 3) });
  first.x.set(random(width));
  first.forward();
  const expected = bits(first.y);

  fill(first.x);
  const { gamma, beta } = first;
  const second = hold({ width, rows: 4, gamma, beta });
  assert.equal(gamma.length, 0, "memory did not grow: the test tests nothing");
  second.x.set(first.x);
  second.forward(1);
  assert.deepEqual(bits(second.y.subarray(0, width)), expected);

  fill(first.x);
  const { x, y: out } = first;
  out.fill(0);
  assert.deepEqual(bits(layerNorm(x, { width, gamma: first.gamma, beta: first.beta, out })), expected);
  assert.equal(x.length, 0, "memory did not grow: the test tests nothing");
  assert.deepEqual(bits(first.y), expected);
  for (const instance of held) instance.dispose();
});

test("a Float32Array of another realm is one", () => {
  const other = runInNewContext("Float32Array.of(1, 2, 3, 5)");
  assert.ok(!(other instanceof Float32Array));
  assert.deepEqual(bits(layerNorm(other, { width: 4 })), bits(layerNorm(Float32Array.of(1, 2, 3, 5), { width: 4 })));
});

test("a disposed instance is an error, twice disposed is not", () => {
  for (const [name, Norm] of Object.entries({ LayerNorm, RmsNorm })) {
    const norm = new Norm({ width: 4, gamma: new Float32Array(4), residual: true });
    norm.dispose();
    norm.dispose();
    const message = `${name}: expected one in use, actual disposed`;
    refused(["x", "y", "rstd", "gamma", "residual"].map((use) => [() => norm[use], TypeError, message]));
    refused([[() => norm.forward(), TypeError, message]]);
  }
});

test("out of memory throws and leaves everything usable", () => {
  assert.throws(() => new LayerNorm({ width: 1 << 30 }), { name: "RangeError", message: /memory/ });
  assert.throws(() => new LayerNorm({ width: 2 ** 26, rows: 8 }), { name: "RangeError", message: /memory/ });
  near(layerNorm(random(8), { width: 4 }), reference(random(8), 4, {}));
});

test("every bad argument is named, with what was expected and what came", () => {
  const x = new Float32Array(6);
  const f = (n, fill = 1) => new Float32Array(n).fill(fill);
  const bad = [
    [() => layerNorm([1, 2], { width: 2 }), TypeError, "x: expected a Float32Array, actual Array"],
    [() => layerNorm(x), TypeError, "options: expected an object, actual none"],
    [() => layerNorm(x, {}), TypeError, "width: expected a number, actual undefined"],
    [() => layerNorm(x, { width: 0 }), RangeError, "width: expected a whole number of at least 1, actual 0"],
    [() => layerNorm(x, { width: 1.5 }), RangeError, "width: expected a whole number of at least 1, actual 1.5"],
    [() => layerNorm(x, { width: 4 }), RangeError, "x: expected a length that is a multiple of width 4, actual 6"],
    [() => layerNorm(x, { width: 3, gamma: f(2) }), RangeError, "gamma: expected length 3, actual 2"],
    [() => layerNorm(x, { width: 3, gamma: [1, 2, 3] }), TypeError, "gamma: expected a Float32Array, actual Array"],
    [() => layerNorm(x, { width: 3, gamma: 0 }), TypeError, "gamma: expected a Float32Array, actual 0"],
    [() => new LayerNorm({ width: 3, beta: "" }), TypeError, "beta: expected a Float32Array, actual String"],
    [() => layerNorm(x, { width: 3, out: false }), TypeError, "out: expected a Float32Array, actual Boolean"],
    [() => layerNorm(x, { width: 3, beta: f(4) }), RangeError, "beta: expected length 3, actual 4"],
    [() => layerNorm(x, { width: 3, beta: f(3, NaN) }), RangeError, "beta[0]: expected a finite number, actual NaN"],
    [() => rmsNorm(x, { width: 3, gamma: f(3, Infinity) }), RangeError, "gamma[0]: expected a finite number, actual Infinity"],
    [() => layerNorm(x, { width: 3, out: f(5) }), RangeError, "out: expected length 6, actual 5"],
    [() => layerNorm(x, { width: 3, mean: f(1) }), RangeError, "mean: expected length 2, actual 1"],
    [() => layerNorm(x, { width: 3, rstd: f(3) }), RangeError, "rstd: expected length 2, actual 3"],
    [() => new LayerNorm({ width: 3, rows: 0 }), RangeError, "rows: expected a whole number of at least 1, actual 0"],
    [() => new LayerNorm({ width: 3 }).forward(2), RangeError, "rows: expected a whole number from 0 to 1, actual 2"],
    ...[-1, NaN, Infinity, 1e39].map((epsilon) => [
      () => layerNorm(x, { width: 3, epsilon }),
      RangeError,
      `epsilon: expected a finite number of at least 0, actual ${epsilon}`,
    ]),
    [() => layerNorm(x, { width: 3, epsilon: "1" }), TypeError, "epsilon: expected a number, actual String"],
  ];
  refused(bad);
  const out = f(6, 7);
  assert.throws(() => layerNorm(x, { width: 3, out, gamma: f(3, NaN) }));
  assert.deepEqual([...out], [...f(6, 7)]);
});

test("a resident gamma made infinite is an error and writes nothing", () => {
  const norm = new LayerNorm({ width: 3, gamma: Float32Array.of(1, 2, 3) });
  norm.y.fill(7);
  norm.gamma[1] = Infinity;
  refused([[() => norm.forward(), RangeError, "gamma[1]: expected a finite number, actual Infinity"]]);
  assert.deepEqual([...norm.y], [7, 7, 7]);
  norm.dispose();
});
