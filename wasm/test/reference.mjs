// What tests compare with.

import assert from "node:assert/strict";

export const bits = (v) => [...new Uint32Array(Float32Array.from(v).buffer)];

export const random = (n, seed = 1) =>
  Float32Array.from({ length: n }, (_, i) => Math.sin((i + 1) * 12.9898 * seed) * 3 + 0.5);

/** In f64; good to 1e-6 for these rows. */
export function reference(x, width, { gamma, beta, epsilon = 1e-5, centred = true, unitOffset = false }) {
  const y = [];
  for (let r = 0; r < x.length; r += width) {
    const row = x.slice(r, r + width);
    const mean = centred ? row.reduce((s, v) => s + v, 0) / width : 0;
    const square = row.reduce((s, v) => s + (v - mean) ** 2, 0) / width;
    const rstd = 1 / Math.sqrt(square + epsilon);
    const gain = (i) => (gamma ? gamma[i] + (unitOffset ? 1 : 0) : 1);
    row.forEach((v, i) => y.push((v - mean) * rstd * gain(i) + (beta?.[i] ?? 0)));
  }
  return y;
}

export function near(actual, expected, tolerance = 3e-6) {
  assert.equal(actual.length, expected.length);
  expected.forEach((e, i) => {
    assert.ok(Math.abs(actual[i] - e) <= tolerance * Math.max(1, Math.abs(e)), `[${i}] ${actual[i]} for ${e}`);
  });
}

/** That each call throws an error of the type and message beside it; after the message comes the way out, which wrong-calls.test.mjs holds. */
export function refused(bad) {
  for (const [call, type, message] of bad) {
    assert.throws(call, (error) => {
      assert.equal(error.name, type.name);
      assert.equal(error.message.slice(0, message.length), message);
      return error.message === message || error.message.startsWith(`${message}: `);
    });
  }
}
