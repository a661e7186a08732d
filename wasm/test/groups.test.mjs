import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, project, root, variants } from "./fixture.mjs";
import { bits, near, random, refused } from "./reference.mjs";

const folder = project();
const [simd, scalar] = await variants(folder, "layernorm");
const { groupNorm, instanceNorm, layerNorm } = simd;
const read = (file) => readFileSync(join(root, "tests", "golden", "onnx", file));

/** In f64, element by element: which group is that of index arithmetic alone. */
function reference(x, { groups, channels, positions, gamma, beta, epsilon = 1e-5 }) {
  const groupOf = (i) => Math.floor(i / (channels * positions)) * groups + Math.floor((Math.floor(i / positions) % channels) / (channels / groups));
  const [sums, squares, counts] = [new Map(), new Map(), new Map()];
  const add = (map, key, value) => map.set(key, (map.get(key) ?? 0) + value);
  x.forEach((v, i) => (add(sums, groupOf(i), v), add(counts, groupOf(i), 1)));
  const mean = (g) => sums.get(g) / counts.get(g);
  x.forEach((v, i) => add(squares, groupOf(i), (v - mean(groupOf(i))) ** 2));
  const rstd = (g) => 1 / Math.sqrt(squares.get(g) / counts.get(g) + epsilon);
  const channel = (i) => Math.floor(i / positions) % channels;
  const y = Array.from(x, (v, i) => (v - mean(groupOf(i))) * rstd(groupOf(i)) * (gamma?.[channel(i)] ?? 1) + (beta?.[channel(i)] ?? 0));
  return { y, mean: Array.from(counts.keys(), mean), rstd: Array.from(counts.keys(), rstd) };
}

test("ONNX's cases of groups and instances", () => {
  const data = new Float32Array(new Uint8Array(read("groups.f32")).buffer);
  const [, ...lines] = read("groups.txt").toString().trimEnd().split("\n");
  for (const line of lines) {
    const [name, op, groups, epsilon, shape, offset] = line.split(" ");
    const [samples, channels, ...rest] = shape.split("x").map(Number);
    const positions = rest.reduce((a, b) => a * b, 1);
    const all = samples * channels * positions;
    let at = Number(offset);
    const [x, gamma, beta, expected] = [all, channels, channels, all].map((length) => data.subarray(at, (at += length)));
    const options = { channels, positions, gamma, beta, epsilon: Number(epsilon) };
    const y = op === "GroupNormalization" ? groupNorm(x, { groups: Number(groups), ...options }) : instanceNorm(x, options);
    expected.forEach((e, i) => assert.ok(Math.abs(y[i] - e) <= 1e-6 * Math.max(1, Math.abs(e)), `${name} [${i}]: ${y[i]} for ${e}`));
  }
  assert.equal(lines.length, 4);
});

test("any shape agrees with f64, statistics too, in both modules with the same bits", () => {
  for (const [samples, groups, channels, positions] of [[1, 1, 1, 1], [2, 3, 6, 5], [3, 4, 4, 17], [1, 2, 6, 40_000], [5, 1, 8, 33], [0, 2, 4, 3]]) {
    const x = random(samples * channels * positions);
    for (const affine of [{}, { gamma: random(channels, 2) }, { gamma: random(channels, 2), beta: random(channels, 3) }]) {
      const [mean, rstd] = [new Float32Array(samples * groups), new Float32Array(samples * groups)];
      const options = { groups, channels, positions, ...affine };
      const y = groupNorm(x, { ...options, mean, rstd });
      const expected = reference(x, options);
      near(y, expected.y, 2e-5);
      near(mean, expected.mean, 1e-5);
      near(rstd, expected.rstd, 1e-5);
      assert.deepEqual(bits(scalar.groupNorm(x, options)), bits(y));
    }
  }
});

test("a group has the bits of a row that repeats its channels' gamma and beta", () => {
  const [groups, channels, positions] = [2, 6, 21];
  const [x, gamma, beta] = [random(2 * channels * positions), random(channels, 2), random(channels, 3)];
  x.fill(7, 63, 126); // one constant
  x[126] = Infinity; // one not finite
  const y = groupNorm(x, { groups, channels, positions, gamma, beta });
  const each = (values, group) => Float32Array.from({ length: 63 }, (_, i) => values[3 * group + Math.floor(i / 21)]);
  for (let row = 0; row < 4; row++) {
    const options = { width: 63, gamma: each(gamma, row % 2), beta: each(beta, row % 2) };
    assert.deepEqual(bits(y.subarray(63 * row, 63 * row + 63)), bits(layerNorm(x.slice(63 * row, 63 * row + 63), options)));
  }
  assert.deepEqual(bits(y.subarray(63, 126)), bits(each(beta, 1)));
  assert.deepEqual(new Set(bits(y.subarray(126, 189))), new Set([0x7fc00000]));
});

test("instanceNorm is groupNorm with as many groups as channels; out may be x or overlap it", () => {
  const shape = { channels: 5, positions: 12, gamma: random(5, 2), beta: random(5, 3) };
  const x = random(120);
  const y = groupNorm(x, { groups: 5, ...shape });
  assert.deepEqual(bits(instanceNorm(x, shape)), bits(y));
  const memory = new Float32Array(126);
  memory.set(x);
  assert.deepEqual(bits(instanceNorm(memory.subarray(0, 120), { ...shape, out: memory.subarray(6) })), bits(y));
  assert.equal(instanceNorm(x, { ...shape, out: x }), x);
  assert.deepEqual(bits(x), bits(y));
});

test("what is wrong is said, and nothing is written", () => {
  const [x, out] = [random(24), new Float32Array(24).fill(7)];
  const shape = { groups: 2, channels: 4, positions: 3, out };
  refused([
    [() => groupNorm(x, { ...shape, groups: 3 }), RangeError, "groups: expected a divisor of channels 4, actual 3"],
    [() => groupNorm(x, { channels: 4, positions: 3 }), TypeError, "groups: expected a number, actual undefined"],
    [() => groupNorm(x, { ...shape, channels: 10, positions: 3 }), RangeError, "x: expected a length that is a multiple of channels × positions 30, actual 24"],
    [() => groupNorm(x, { ...shape, positions: 0 }), RangeError, "positions: expected a whole number of at least 1, actual 0"],
    [() => groupNorm(x, { ...shape, gamma: new Float32Array(3) }), RangeError, "gamma: expected length 4, actual 3"],
    [() => groupNorm(x, { ...shape, beta: Float32Array.of(0, 0, 0, NaN) }), RangeError, "beta[3]: expected a finite number, actual NaN"],
    [() => groupNorm(x, { ...shape, mean: new Float32Array(2) }), RangeError, "mean: expected length 4, actual 2"],
    [() => groupNorm(x, { ...shape, rstd: out.subarray(0, 4) }), RangeError, "rstd: expected an array apart from out, actual one that overlaps it"],
    [() => groupNorm(x, { ...shape, num_groups: 2 }), TypeError, "num_groups: expected an option of groupNorm, actual none of them"],
    [() => instanceNorm(x, shape), TypeError, "groups: expected an option of instanceNorm, actual none of them"],
    [() => groupNorm([1], shape), TypeError, "x: expected a Float32Array, actual Array"],
  ]);
  assert.ok(out.every((v) => v === 7));
});
