import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project } from "./fixture.mjs";
import { bits, near, random, reference, refused } from "./reference.mjs";

const { LayerNorm, RmsNorm, layerNorm, layerNormChannelsFirst, rmsNorm, rmsNormChannelsFirst } = await load(project());
const BOTH = [[layerNorm, layerNormChannelsFirst, true], [rmsNorm, rmsNormChannelsFirst, false]];

test("with a unit offset the gain is 1 + gamma, resident too", () => {
  const [x, gamma] = [random(60), random(20, 2)];
  const gain = gamma.map((v) => 1 + v);
  for (const [Norm, norm, centred] of [[LayerNorm, layerNorm, true], [RmsNorm, rmsNorm, false]]) {
    const y = norm(x, { width: 20, gamma, unitOffset: true });
    near(y, reference(x, 20, { gamma, unitOffset: true, centred }));
    assert.deepEqual(bits(y), bits(norm(x, { width: 20, gamma: gain })));
    assert.deepEqual(bits(norm(x, { width: 20, unitOffset: true })), bits(norm(x, { width: 20 })));
    const resident = new Norm({ width: 20, rows: 3, gamma, unitOffset: true });
    resident.x.set(x);
    resident.forward();
    assert.deepEqual(bits(resident.y), bits(y));
    resident.dispose();
  }
});

test("rows with a stride have the bits of packed rows, and what lies between is untouched", () => {
  for (const [rows, width, stride, outStride] of [[3, 4, 7, 5], [1000, 100, 103, 100], [2, 4, 4, 9]]) {
    const all = random(rows * stride);
    const packed = new Float32Array(rows * width);
    for (let r = 0; r < rows; r++) packed.set(all.subarray(r * stride, r * stride + width), r * width);
    const [mean, rstd] = [new Float32Array(rows), new Float32Array(rows)];
    const expected = layerNorm(packed, { width, mean, rstd });
    /** The expected rows in an array of 7s. */
    const among = (step, length) => {
      const to = new Float32Array(length).fill(7);
      for (let r = 0; r < rows; r++) to.set(expected.subarray(r * width, (r + 1) * width), r * step);
      return to;
    };
    // Behind the last row nothing need follow.
    for (const x of [all, all.slice(0, (rows - 1) * stride + width)]) {
      const means = new Float32Array(rows);
      assert.deepEqual(bits(layerNorm(x, { width, stride, mean: means })), bits(expected));
      assert.deepEqual(bits(means), bits(mean));
      const out = new Float32Array((rows - 1) * outStride + width).fill(7);
      assert.equal(layerNorm(x, { width, stride, outStride, out }), out);
      assert.deepEqual(bits(out), bits(among(outStride, out.length)));
      const same = new Float32Array(x.length).fill(7);
      layerNorm(x, { width, stride, out: same });
      assert.deepEqual(bits(same), bits(among(stride, x.length)));
      const inPlace = x.map((v, i) => (i % stride < width ? v : 7));
      layerNorm(inPlace, { width, stride, out: inPlace });
      assert.deepEqual(bits(inPlace), bits(same));
    }
  }
});

test("scale and shift of a sample take the place of gamma and beta for its rows", () => {
  for (const [samples, each, width] of [[1, 3, 5], [3, 1, 5], [4, 300, 64], [2, 3, 40000]]) {
    const x = random(samples * each * width);
    const [scale, shift] = [random(samples * width, 2), random(samples * width, 3)];
    for (const [norm, , centred] of BOTH) {
      const rstd = new Float32Array(samples * each);
      const y = norm(x, { width, scale, shift, rstd });
      for (let s = 0; s < samples; s++) {
        const part = (of, length) => of.subarray(s * length, (s + 1) * length);
        const rows = part(x, each * width);
        const [gamma, beta] = [part(scale, width), part(shift, width)];
        near(part(y, each * width), reference(rows, width, { gamma, beta, unitOffset: true, centred }), 1e-5);
        const alone = new Float32Array(each);
        const affine = norm(rows, { width, gamma, ...(centred && { beta }), unitOffset: true, rstd: alone });
        const sum = centred ? affine : affine.map((v, i) => v + beta[i % width]);
        assert.deepEqual(bits(part(y, each * width)), bits(sum));
        assert.deepEqual(bits(part(rstd, each)), bits(alone));
      }
    }
  }
});

test("over channels the bits are those of the transposed array", () => {
  for (const [samples, channels, positions] of [[1, 1, 1], [2, 5, 7], [3, 96, 1000], [1, 70000, 2]]) {
    const x = random(samples * channels * positions);
    const [gamma, beta] = [random(channels, 2), random(channels, 3)];
    const transposed = (of, [n, a, b]) => {
      const to = new Float32Array(of.length);
      for (let s = 0; s < n; s++) {
        for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) to[(s * b + j) * a + i] = of[(s * a + i) * b + j];
      }
      return to;
    };
    for (const [norm, channelsFirst] of BOTH) {
      const options = { gamma, epsilon: 1e-3, unitOffset: true, beta };
      const rows = norm(transposed(x, [samples, channels, positions]), { width: channels, ...options });
      const expected = bits(transposed(rows, [samples, positions, channels]));
      assert.deepEqual(bits(channelsFirst(x, { channels, positions, ...options })), expected);
      const inPlace = x.slice();
      assert.equal(channelsFirst(inPlace, { channels, positions, ...options, out: inPlace }), inPlace);
      assert.deepEqual(bits(inPlace), expected);
    }
  }
});

test("no rows are no error", () => {
  const none = new Float32Array(0);
  for (const options of [{}, { stride: 5 }, { scale: none, shift: none }]) assert.equal(layerNorm(none, { width: 4, ...options }).length, 0);
  assert.equal(rmsNormChannelsFirst(none, { channels: 4, positions: 2 }).length, 0);
});

test("every bad argument is named, and nothing is written then", () => {
  const f = (n, fill = 1) => new Float32Array(n).fill(fill);
  const [x, out] = [f(12), f(12, 7)];
  const call = (options) => () => layerNorm(x, { width: 3, out, ...options });
  const planes = (options) => () => layerNormChannelsFirst(x, { channels: 3, positions: 2, out, ...options });
  refused([
    [call({ stride: 2 }), RangeError, "stride: expected a whole number of at least 3, actual 2"],
    [call({ stride: 5 }), RangeError, "x: expected a last row of 3, actual 2"],
    [call({ outStride: 2 }), RangeError, "outStride: expected a whole number of at least 3, actual 2"],
    [call({ out: undefined, outStride: 2 ** 50 }), RangeError, "outStride: expected room for 4503599627370496 numbers, actual less"],
    [call({ outStride: 4 }), RangeError, "out: expected 4 rows, actual 3"],
    [call({ out: x, outStride: 4 }), RangeError, "out: expected 4 rows, actual 3"],
    [call({ stride: 4, out: x, outStride: 5 }), RangeError, "out: expected a last row of 3, actual 2"],
    [call({ stride: 6, out: x, outStride: 7 }), RangeError, "outStride: expected 6 as in x, actual 7"],
    [call({ stride: 4, out: f(7) }), RangeError, "out: expected 3 rows, actual 2"],
    [call({ scale: f(3) }), TypeError, "shift: expected a Float32Array, actual undefined"],
    [call({ shift: f(3) }), TypeError, "scale: expected a Float32Array, actual undefined"],
    [call({ scale: f(4), shift: f(4) }), RangeError, "scale: expected a length that is a multiple of width 3, actual 4"],
    [call({ scale: f(9), shift: f(9) }), RangeError, "scale: expected a number of rows that divides 4, actual 3"],
    [call({ scale: f(0), shift: f(0) }), RangeError, "scale: expected a number of rows that divides 4, actual 0"],
    [call({ scale: f(6), shift: f(3) }), RangeError, "shift: expected length 6, actual 3"],
    [call({ scale: f(6, NaN), shift: f(6) }), RangeError, "scale[0]: expected a finite number, actual NaN"],
    [call({ scale: f(6), shift: f(6, Infinity) }), RangeError, "shift[0]: expected a finite number, actual Infinity"],
    [call({ scale: f(6), shift: f(6), gamma: f(3) }), TypeError, "gamma: expected none beside scale and shift, actual one"],
    [call({ scale: f(6), shift: f(6), beta: f(3) }), TypeError, "beta: expected none beside scale and shift, actual one"],
    [() => layerNormChannelsFirst(x), TypeError, "options: expected an object, actual none"],
    [planes({ positions: 0 }), RangeError, "positions: expected a whole number of at least 1, actual 0"],
    [planes({ positions: 5 }), RangeError, "x: expected a length that is a multiple of channels × positions 15, actual 12"],
    [planes({ gamma: f(2) }), RangeError, "gamma: expected length 3, actual 2"],
    [planes({ out: f(6) }), RangeError, "out: expected length 12, actual 6"],
  ]);
  assert.ok(out.every((v) => v === 7) && x.every((v) => v === 1));
});
