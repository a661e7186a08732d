import assert from "node:assert/strict";
import { test } from "node:test";
import { LIMITS, measure, stated } from "../sizes.mjs";

// Compilers of other versions make modules of other sizes; a change of ours is larger than that.
const TOLERANCE = 0.03;

const actual = await measure();

test("pages are small", () => {
  for (const [name, limit] of LIMITS) {
    const size = actual.get(name);
    assert.ok(size <= limit, `${name}: ${size} bytes, expected at most ${limit}`);
  }
});

test("the sizes in README.md are those of the package", () => {
  const expected = stated();
  assert.deepEqual([...expected.keys()], [...actual.keys()]);
  for (const [name, size] of actual) {
    const off = Math.abs(size / expected.get(name) - 1);
    assert.ok(off <= TOLERANCE, `${name}: ${size} bytes, README.md says ${expected.get(name)}; run \`npm run sizes\``);
  }
});
