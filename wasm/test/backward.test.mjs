import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project } from "./fixture.mjs";
import { bits, near, random, reference, refused } from "./reference.mjs";

const { LayerNorm, RmsNorm, layerNormBackward, rmsNormBackward } = await load(project(), "layernorm/full");

/** Gradients of Σ dy · norm(x) by central differences in f64, good to 1e-8 for these rows. */
function differences(x, dy, width, options) {
  const features = (of, fill) => (of ? Array.from(of) : new Array(width).fill(fill));
  const at = {
    x: Array.from(x),
    gamma: features(options.gamma, options.unitOffset ? 0 : 1),
    beta: features(options.beta, 0),
  };
  const of = (name) =>
    at[name].map((v, i) => {
      const sum = (step) => {
        at[name][i] = v + step;
        const y = reference(at.x, width, { ...options, ...at });
        at[name][i] = v;
        return y.reduce((s, y, i) => s + y * dy[i], 0);
      };
      return (sum(1e-4) - sum(-1e-4)) / 2e-4;
    });
  return { dx: of("x"), dgamma: of("gamma"), dbeta: of("beta") };
}

test("both functions agree with differences of f64, with and without parameters", () => {
  for (const [rows, width] of [[1, 2], [3, 5], [4, 33]]) {
    const [x, dy] = [random(rows * width), random(rows * width, 7)];
    const [gamma, beta] = [random(width, 2), random(width, 3)];
    for (const given of [{}, { gamma, beta }, { gamma, unitOffset: true }, { gamma, epsilon: 0.5 }]) {
      for (const [backward, centred] of [[layerNormBackward, true], [rmsNormBackward, false]]) {
        const [dgamma, dbeta] = [new Float32Array(width), new Float32Array(width)];
        const dx = backward(x, dy, { width, ...given, dgamma, dbeta });
        const expected = differences(x, dy, width, { ...given, centred });
        near(dx, expected.dx, 1e-5);
        near(dgamma, expected.dgamma, 1e-5);
        near(dbeta, expected.dbeta, 1e-5);
      }
    }
  }
});

test("dgamma and dbeta are added to; out may be dy", () => {
  const [x, dy] = [random(12), random(12, 7)];
  const grads = () => ({ dgamma: new Float32Array(4).fill(1), dbeta: new Float32Array(4).fill(2) });
  const [once, twice] = [grads(), grads()];
  const dx = layerNormBackward(x, dy, { width: 4, ...once });
  for (const part of [0, 8]) {
    const rows = (of) => of.subarray(part, part ? 12 : 8);
    layerNormBackward(rows(x), rows(dy), { width: 4, ...twice });
  }
  // Each call rounds its sum once.
  near(twice.dgamma, once.dgamma, 1e-6);
  near(twice.dbeta, once.dbeta, 1e-6);
  near(once.dbeta, [0, 1, 2, 3].map((i) => 2 + dy[i] + dy[i + 4] + dy[i + 8]));
  assert.equal(layerNormBackward(x, dy, { width: 4, out: dy }), dy);
  assert.deepEqual(bits(dy), bits(dx));
});

test("the functions, part by part, give what resident instances do all at once: the bits of dx, and sums rounded once a part", () => {
  for (const [rows, width] of [[5, 100], [200, 768], [70000, 1], [2, 70000]]) {
    const [x, dy] = [random(rows * width), random(rows * width, 7)];
    const given = { width, gamma: random(width, 2), beta: random(width, 3), unitOffset: true };
    for (const [Norm, backward] of [[LayerNorm, layerNormBackward], [RmsNorm, rmsNormBackward]]) {
      const norm = new Norm({ ...given, rows, backward: true });
      norm.x.set(x);
      norm.dy.set(dy);
      norm.dgamma.fill(1);
      norm.forward();
      norm.backward();
      const [dgamma, dbeta] = [new Float32Array(width).fill(1), new Float32Array(width)];
      assert.deepEqual(bits(backward(x, dy, { ...given, dgamma, dbeta })), bits(norm.dx));
      near(dgamma, norm.dgamma, 1e-5);
      near(dbeta, norm.dbeta, 1e-5);
      assert.deepEqual(bits(norm.dy), bits(dy));
      norm.dispose();
    }
  }
});

test("with a residual the gradient is that of the sum; of the rows that forward has seen", () => {
  const [x, before, dy] = [random(60), random(60, 5), random(60, 7)];
  const norm = new LayerNorm({ width: 20, rows: 3, residual: true, backward: true });
  norm.x.set(x);
  norm.residual.set(before);
  norm.dy.set(dy);
  norm.dx.fill(7);
  norm.forward(2);
  norm.backward();
  const sum = before.map((v, i) => v + x[i]);
  const expected = layerNormBackward(sum.subarray(0, 40), dy.subarray(0, 40), { width: 20 });
  assert.deepEqual(bits(norm.dx), bits([...expected, ...new Array(20).fill(7)]));
  assert.deepEqual([norm.dgamma, norm.dbeta], [undefined, undefined]);
  norm.dispose();
});

test("views follow memory that grows, and may be arguments", () => {
  const width = 1 << 16;
  const held = [];
  const hold = (options) => held[held.push(new LayerNorm(options)) - 1];
  const first = hold({ width, gamma: random(width, 2), beta: random(width, 3), backward: true });
  first.x.set(random(width));
  first.dy.set(random(width, 7));
  first.forward();
  const old = first.dx;
  while (old.length > 0) hold({ width });
  first.backward();
  const { x, dy, dx, gamma, dgamma, dbeta } = first;
  const expected = [dx, dgamma, dbeta].map(bits);
  for (const values of [dx, dgamma, dbeta]) values.fill(0);
  // What was free is used up; this larger request makes memory grow.
  layerNormBackward(x, dy, { width, gamma, out: dx, dgamma, dbeta });
  assert.equal(x.length, 0, "memory did not grow: the test tests nothing");
  assert.deepEqual([first.dx, first.dgamma, first.dbeta].map(bits), expected);
  for (const instance of held) instance.dispose();
});

test("backward before forward, of more rows, without the option or of a disposed instance is an error", () => {
  const plain = new RmsNorm({ width: 4 });
  const norm = new LayerNorm({ width: 4, rows: 3, backward: true });
  const seen = (rows, actual) => `rows: expected at most ${rows}, those of the last forward(), actual ${actual}`;
  refused([
    [() => plain.backward(), TypeError, "backward: expected RmsNorm built with it, actual one without"],
    [() => plain.dy, TypeError, "backward: expected RmsNorm built with it, actual one without"],
    [() => norm.backward(), RangeError, seen(0, "all")],
    [() => norm.backward(1), RangeError, seen(0, 1)],
  ]);
  norm.forward(2);
  norm.dx.fill(7);
  refused([
    [() => norm.backward(3), RangeError, seen(2, 3)],
    [() => norm.backward(-1), RangeError, "rows: expected a whole number of at least 0, actual -1"],
    [() => norm.backward("1"), TypeError, "rows: expected a number, actual String"],
  ]);
  assert.ok(norm.dx.every((v) => v === 7));
  norm.dispose();
  const disposed = "LayerNorm: expected one in use, actual disposed";
  refused([() => norm.backward(), () => norm.dy, () => norm.dx].map((call) => [call, TypeError, disposed]));
  plain.dispose();
});

test("every bad argument is named, and nothing is written then", () => {
  const f = (n, fill = 1) => new Float32Array(n).fill(fill);
  const [x, out, dgamma, dbeta] = [f(6), f(6, 7), f(3, 7), f(3, 7)];
  const call = (options, dy = f(6)) => () => layerNormBackward(x, dy, { width: 3, out, dgamma, dbeta, ...options });
  refused([
    [() => layerNormBackward(x), TypeError, "options: expected an object, actual none"],
    [call({}, [1]), TypeError, "dy: expected a Float32Array, actual Array"],
    [call({}, f(5)), RangeError, "dy: expected length 6, actual 5"],
    [call({ width: 4 }), RangeError, "x: expected a length that is a multiple of width 4, actual 6"],
    [call({ gamma: f(3, NaN) }), RangeError, "gamma[0]: expected a finite number, actual NaN"],
    [call({ dgamma: f(2) }), RangeError, "dgamma: expected length 3, actual 2"],
    [call({ dbeta: [0] }), TypeError, "dbeta: expected a Float32Array, actual Array"],
    [call({ out: f(5) }), RangeError, "out: expected length 6, actual 5"],
    [call({ epsilon: -1 }), RangeError, "epsilon: expected a finite number of at least 0, actual -1"],
  ]);
  for (const values of [out, dgamma, dbeta]) assert.ok(values.every((v) => v === 7));
});

test("a row that is not finite gives NaNs and touches no other", () => {
  const [x, dy] = [random(12), random(12, 7)];
  const clean = layerNormBackward(x, dy, { width: 4 });
  x[5] = NaN;
  const dx = layerNormBackward(x, dy, { width: 4 });
  assert.deepEqual(bits(dx), [...bits(clean.subarray(0, 4)), ...new Array(4).fill(0x7fc00000), ...bits(clean.subarray(8))]);
});
