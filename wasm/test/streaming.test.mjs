import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project } from "./fixture.mjs";
import { bits, near, random, refused } from "./reference.mjs";

const { LayerNorm, Moments, layerNorm, layerNormChunk, rmsNorm, rmsNormChunk } = await load(project(), "layernorm/full");

/** Pieces of `length`, the last of which may be shorter. */
const pieces = (row, length) =>
  Array.from({ length: Math.ceil(row.length / length) }, (_, i) => row.subarray(i * length, (i + 1) * length));

/** Statistics of a row, and the passes they took. */
function measure(chunks, options, epsilon) {
  const moments = new Moments(options);
  for (let passes = 1; ; passes++) {
    assert.ok(passes <= 6, "the worst row needs six passes");
    for (const chunk of chunks) moments.push(chunk);
    const stats = moments.finish(epsilon);
    if (stats) return { stats, passes };
  }
}

/** An ordinary row, one far from 0, a constant, one of subnormals, one whose squares overflow, one that is not finite. */
const ROWS = (width) => [
  random(width),
  random(width).map((v) => v + 1e6),
  new Float32Array(width).fill(3),
  random(width).map((v) => v * 1e-42),
  random(width).map((v) => v * 1e37),
  random(width).fill(NaN, 0, 1),
];

test("any pieces give the bits of the whole row", () => {
  for (const [width, lengths] of [[10, [1, 3, 10]], [1000, [7, 256, 999]], [140000, [140000, 1000]]]) {
    const [gamma, beta] = [random(width, 2), random(width, 3)];
    for (const row of ROWS(width)) {
      for (const [whole, apply, centred] of [[layerNorm, layerNormChunk, true], [rmsNorm, rmsNormChunk, false]]) {
        const [mean, rstd] = [new Float32Array(1), new Float32Array(1)];
        const options = { width, gamma, unitOffset: true, beta };
        const expected = whole(row, { ...options, epsilon: 1e-3, rstd, ...(centred && { mean }) });
        for (const length of lengths) {
          const chunks = pieces(row, length);
          const { stats } = measure(chunks, { centred }, 1e-3);
          assert.deepEqual(bits([stats.rstd, centred ? stats.mean : 0]), bits([...rstd, ...mean]));
          const y = chunks.flatMap((chunk, i) => [...apply(chunk, { ...options, stats, offset: i * length })]);
          assert.deepEqual(bits(y), bits(expected));
        }
      }
    }
  }
});

test("a row far from 0 needs a second pass, an ordinary one does not; moments are used again", () => {
  const [near0, far] = ROWS(100);
  assert.equal(measure([near0]).passes, 1);
  assert.equal(measure([far]).passes, 2);
  const moments = new Moments();
  for (const row of [near0, far.map((v) => v - 1e6)]) {
    moments.push(row);
    const rstd = new Float32Array(1);
    layerNorm(row, { width: 100, rstd });
    assert.equal(moments.finish().rstd, rstd[0]);
  }
});

test("the second pass comes with a mean beyond 0.58 standard deviations: never at 0.4, always at 0.8", () => {
  // Uniform values, with a standard deviation of 1.
  const row = (mean) => Float32Array.from({ length: 999 }, (_, i) => mean + Math.sqrt(12) * (i / 998 - 0.5));
  for (const sign of [1, -1]) {
    for (const mean of [0, 0.2, 0.4]) assert.equal(measure([row(sign * mean)]).passes, 1, `${mean}`);
    for (const mean of [0.8, 1, 100]) assert.equal(measure([row(sign * mean)]).passes, 2, `${mean}`);
  }
});

test("merged moments have the statistics of the row, in each pass", () => {
  for (const row of ROWS(3000).slice(0, 2)) {
    const parts = pieces(row, 1000);
    let moments = parts.map(() => new Moments());
    let stats;
    while (!stats) {
      parts.forEach((part, i) => moments[i].push(part));
      const [first, ...others] = moments;
      for (const other of others) first.merge(other);
      stats = first.finish();
      // Each part goes on from a clone of what was merged.
      moments = parts.map(() => first.clone());
    }
    const [mean, rstd] = [new Float32Array(1), new Float32Array(1)];
    layerNorm(row, { width: 3000, mean, rstd });
    near([stats.mean / mean[0], stats.rstd / rstd[0]], [1, 1], 1e-6);
  }
});

test("chunks and out may be views of the memory, though it grows; out may be the chunk", () => {
  const width = 1 << 16;
  const norm = new LayerNorm({ width, gamma: random(width, 2) });
  norm.x.set(random(width));
  norm.forward();
  const expected = bits(norm.y);
  const { stats } = measure([norm.x]);
  const held = [];
  const { x, gamma } = norm;
  while (x.length > 0) held.push(new LayerNorm({ width }));
  layerNormChunk(norm.x, { width, stats, offset: 0, gamma: norm.gamma, out: norm.x });
  assert.deepEqual(bits(norm.x), expected);
  assert.equal(gamma.length, 0);
  for (const instance of [norm, ...held]) instance.dispose();
});

test("moments count up to 2^32 - 1 elements and refuse more", () => {
  const moments = new Moments();
  moments.push(new Float32Array([2]));
  for (let i = 0; i < 31; i++) moments.merge(moments.clone());
  refused([
    [() => moments.merge(moments.clone()), RangeError,
      "other: expected at most 2147483647 elements, what is left of the row, actual 2147483648"],
  ]);
  // As it was: a row of equal values.
  const stats = moments.finish();
  assert.equal((stats ?? { mean: 2 }).mean, 2);
});

test("every bad argument is named, and nothing is written or added then", () => {
  const f = (n, fill = 1) => new Float32Array(n).fill(fill);
  const moments = new Moments();
  refused([
    [() => moments.push([1]), TypeError, "chunk: expected a Float32Array, actual Array"],
    [() => moments.finish(), RangeError, "chunk: expected at least 1 element in this pass, actual 0"],
    [() => moments.finish(-1), RangeError, "epsilon: expected a finite number of at least 0, actual -1"],
    [() => moments.merge({}), TypeError, "other: expected Moments, actual Object"],
    [() => moments.merge(new Moments({ centred: false })), RangeError,
      "other: expected moments of the same norm in the same pass over the same row, actual others"],
  ]);
  const far = random(10).map((v) => v + 1e6);
  moments.push(far);
  assert.equal(moments.finish(), undefined);
  moments.push(far.subarray(0, 6));
  refused([
    [() => moments.push(f(5)), RangeError, "chunk: expected at most 4 elements, what is left of the row, actual 5"],
    [() => moments.finish(), RangeError, "chunk: expected at least 10 elements in this pass, actual 6"],
    [() => moments.merge(new Moments()), RangeError,
      "other: expected moments of the same norm in the same pass over the same row, actual others"],
  ]);
  moments.push(far.subarray(6));
  const stats = moments.finish();
  const out = f(4, 7);
  const call = (options) => () => layerNormChunk(f(4), { width: 10, stats, offset: 0, out, ...options });
  refused([
    [call({ stats: {} }), TypeError, "stats: expected what finish() gave, actual Object"],
    [call({ offset: 7 }), RangeError, "chunk: expected to end within width 10, actual offset 7 and length 4"],
    [call({ offset: undefined }), TypeError, "offset: expected a number, actual undefined"],
    [call({ gamma: f(4) }), RangeError, "gamma: expected length 10, actual 4"],
    [call({ out: f(3) }), RangeError, "out: expected length 4, actual 3"],
  ]);
  assert.ok(out.every((v) => v === 7));
});
