import assert from "node:assert/strict";
import { test } from "node:test";
import { CELLS, frames, step, weights, zeros } from "./cells.mjs";
import { project, variants } from "./fixture.mjs";
import { bits, near, refused } from "./reference.mjs";

const both = await variants(project(), "layernorm/sequence");
const [{ LnGru, LnLstm, LnRnn, layerNorm }] = both;
const NAMES = Object.keys(CELLS);
/** One of everything, one with tails everywhere, one of whole lanes, the usual one. */
const SHAPES = [[1, 1], [3, 5], [4, 16], [12, 32]];

const shaped = (name, [inputs, units], seed) => ({ inputs, units, weights: weights(name, inputs, units, 0, seed) });

/** The state after each frame. */
function states(Cell, shape, sequence) {
  const cell = new Cell(shape);
  const after = sequence.map((frame) => {
    cell.x.set(frame);
    cell.step();
    return cell.state.slice();
  });
  cell.dispose();
  return after;
}

test("cells agree with the paper's equations in f64", () => {
  for (const name of NAMES) {
    for (const sizes of SHAPES) {
      for (const epsilon of [1e-5, 0.5]) {
        const shape = { ...shaped(name, sizes), epsilon };
        const sequence = frames(29, sizes[0]);
        let before = zeros(name, sizes[1]);
        states(both[0][name], shape, sequence).forEach((state, t) => {
          near(state, step(name, shape, sequence[t], before), 1e-6);
          before = [...state];
        });
      }
    }
  }
});

test("cells have the same bits in both variants", () => {
  assert.deepEqual(both.map(({ backend }) => backend()), ["simd128", "scalar"]);
  for (const name of NAMES) {
    for (const sizes of SHAPES) {
      const [shape, sequence] = [shaped(name, sizes), frames(29, sizes[0])];
      const [simd, scalar] = both.map(({ [name]: Cell }) => states(Cell, shape, sequence).map(bits));
      assert.deepEqual(simd, scalar);
    }
  }
});

test("the length of weights is that of the module", () => {
  for (const [Cell, length] of [[LnRnn, 15 * 4 + 8], [LnLstm, 15 * 16 + 72], [LnGru, 15 * 12 + 48]]) {
    assert.equal(Cell.weightsLength(11, 4), length);
    new Cell({ inputs: 11, units: 4, weights: new Float32Array(length) }).dispose();
  }
});

test("h is the beginning of the state, and reset makes it zeros", () => {
  const lstm = new LnLstm(shaped("LnLstm", [3, 5]));
  lstm.x.set([1, -1, 0.5]);
  lstm.step();
  const after = bits(lstm.state);
  assert.deepEqual(bits(lstm.h), after.slice(0, 5));
  assert.ok(after.every((word) => word !== 0));
  lstm.reset();
  assert.deepEqual(bits(lstm.state), new Array(10).fill(0));
  lstm.step();
  assert.deepEqual(bits(lstm.state), after);
  lstm.dispose();
});

test("a state is taken up where it is set, and many instances do not touch each other", () => {
  const [shape, sequence] = [shaped("LnGru", [3, 5]), frames(8, 3)];
  const expected = states(LnGru, shape, sequence).map(bits);
  const cells = Array.from({ length: 200 }, () => new LnGru(shape));
  let state = new Float32Array(5);
  sequence.forEach((frame, t) => {
    // Each frame by 25 others.
    for (const cell of cells.slice(25 * t, 25 * (t + 1))) {
      cell.x.set(frame);
      cell.state.set(state);
      cell.step();
      assert.deepEqual(bits(cell.h), expected[t]);
    }
    state = cells[25 * t].state.slice();
  });
  cells.forEach((cell, i) => assert.deepEqual(bits(cell.h), expected[Math.floor(i / 25)]));
  for (const cell of cells) cell.dispose();
});

test("a frame that is not finite makes the state NaN, until reset", () => {
  const gru = new LnGru(shaped("LnGru", [3, 5]));
  for (const bad of [NaN, Infinity]) {
    gru.x.set([0, bad, 0]);
    gru.step();
    gru.x.fill(1);
    gru.step();
    assert.deepEqual(bits(gru.h), new Array(5).fill(0x7fc00000));
    gru.reset();
    gru.step();
    assert.ok(gru.h.every((h) => Math.abs(h) < 1));
  }
  gru.dispose();
});

test("views follow memory that grows, and weights may be a view", () => {
  const [shape, sequence] = [shaped("LnGru", [3, 5]), frames(2, 3)];
  const [first, second] = states(LnGru, shape, sequence).map(bits);
  const gru = new LnGru(shape);
  gru.x.set(sequence[0]);
  gru.step();
  const holder = new LnRnn({ inputs: 1, units: 2000, weights: new Float32Array(LnRnn.weightsLength(1, 2000)) });
  const inside = holder.state.subarray(0, shape.weights.length);
  inside.set(shape.weights);
  const { x, state, h } = gru;
  // The weights of the next, larger one then make memory grow.
  const held = [];
  while (x.length > 0) held.push(new LnGru({ ...shape, weights: inside.length > 0 ? inside : shape.weights }));
  assert.deepEqual([x, state, h, inside].map(({ length }) => length), [0, 0, 0, 0]);
  assert.deepEqual(bits(gru.h), first);
  gru.x.set(sequence[1]);
  gru.step();
  assert.deepEqual(bits(gru.state), second);
  const last = held.at(-1);
  last.x.set(sequence[0]);
  last.step();
  assert.deepEqual(bits(last.h), first);
  for (const instance of [gru, holder, ...held]) instance.dispose();
});

test("what is disposed is used again, and is an error", () => {
  const shape = shaped("LnGru", [12, 32]);
  const size = () => {
    const gru = new LnGru(shape);
    const { byteLength } = gru.x.buffer;
    gru[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    gru.dispose();
    return byteLength;
  };
  const before = size();
  for (let i = 0; i < 1000; i++) assert.equal(size(), before);
  for (const name of NAMES) {
    const cell = new both[0][name](shaped(name, [3, 5]));
    cell.dispose();
    const verbs = [() => cell.x, () => cell.state, () => cell.h, () => cell.step(), () => cell.reset()];
    refused(verbs.map((verb) => [verb, TypeError, `${name}: expected one in use, actual disposed`]));
  }
});

test("every bad argument is named", () => {
  const shape = shaped("LnGru", [3, 5]);
  const { length } = shape.weights;
  const bad = shape.weights.slice();
  bad[7] = NaN;
  const call = (options) => () => new LnGru({ ...shape, ...options });
  refused([
    [() => new LnGru(), TypeError, "options: expected an object, actual none"],
    [call({ inputs: 0 }), RangeError, "inputs: expected a whole number of at least 1, actual 0"],
    [call({ units: 1.5 }), RangeError, "units: expected a whole number of at least 1, actual 1.5"],
    [call({ units: "5" }), TypeError, "units: expected a number, actual String"],
    [call({ inputs: 4 }), RangeError, `weights: expected length ${length + 15}, actual ${length}`],
    [call({ weights: [...bad] }), TypeError, "weights: expected a Float32Array, actual Array"],
    [call({ weights: bad }), RangeError, "weights[7]: expected a finite number, actual NaN"],
    [call({ epsilon: -1 }), RangeError, "epsilon: expected a finite number of at least 0, actual -1"],
    [() => LnGru.weightsLength(0, 5), RangeError, "inputs: expected a whole number of at least 1, actual 0"],
    [() => LnGru.weightsLength(3), TypeError, "units: expected a number, actual undefined"],
  ]);
});

test("norms are there too", () => {
  const [y] = layerNorm(Float32Array.of(1, 2, 3, 4), { width: 4 });
  // As in entry-points.test.mjs.
  assert.deepEqual(bits([y]), [0xbfabbab6]);
});
