// Instances that nobody has any more give their memory back, and views that somebody kept never see another's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project, run } from "./fixture.mjs";
import { bits, random } from "./reference.mjs";

const folder = project();
const { LayerNorm, RmsNorm, layerNorm } = await load(folder);

/** Runs code where `gc()` is, and `collect()` which lets finalizers run after it. */
const collecting = (code, entry = "layernorm") => run(
  folder,
  `import * as all from "${entry}";
  const collect = async () => { gc(); await new Promise((resolve) => setTimeout(resolve)); };
  ${code}`,
  "--expose-gc",
);

test("10⁵ instances that were made and forgotten fit in 256 MB, as instances of each class do", () => {
  // Of 7.7 kB each: together 770 MB.
  const code = `let most = 0;
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < 500; j++) most = Math.max(most, new all[j % 2 ? "LayerNorm" : "RmsNorm"]({ width: 900 }).x.buffer.byteLength);
      await collect();
    }
    console.log(most);`;
  const most = Number(collecting(code));
  assert.ok(most > 0 && most <= 256e6, `${most} bytes`);
  assert.ok(most <= 32e6, `${most} bytes for what needs 4 MB at a time`);
  const cells = `let most = 0;
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 100; j++) {
        const weights = new Float32Array(all.LnGru.weightsLength(32, 32));
        most = Math.max(most, new all.LnGru({ inputs: 32, units: 32, weights }).x.buffer.byteLength);
      }
      await collect();
    }
    console.log(most);`;
  assert.ok(Number(collecting(cells, "layernorm/sequence")) <= 16e6);
});

test("an instance lives as long as a view that was read from it", () => {
  const code = `let norm = new all.LayerNorm({ width: 64 });
    norm.x.fill(3);
    const { x } = norm;
    norm = undefined;
    for (let i = 0; i < 20; i++) {
      for (let j = 0; j < 50; j++) new all.LayerNorm({ width: 64 }).x.fill(7);
      await collect();
    }
    // Memory that was given back and taken again emptied the view, but its owner is there: another read finds the numbers.
    const kept = new all.LayerNorm({ width: 64 });
    console.log(x.length === 0 || x.every((v) => v === 3), kept.x.every((v) => v === 0));`;
  assert.equal(collecting(code), "true true");
});

test("a view that outlives dispose() is empty once its memory is another's: it reads and writes nothing of that", () => {
  for (const Norm of [LayerNorm, RmsNorm]) {
    const first = new Norm({ width: 64, rows: 4, gamma: random(64) });
    const [x, y, part] = [first.x, first.y, first.x.subarray(3, 9)];
    x.fill(5);
    first.dispose();
    // Until then they are what they were.
    assert.ok(x.every((v) => v === 5));
    x.fill(6);
    const second = new Norm({ width: 64, rows: 4, gamma: random(64) });
    second.x.set(random(256));
    const before = bits(second.x);
    for (const view of [x, y, part]) {
      assert.equal(view.length, 0);
      view[0] = 9;
      for (const write of [() => view.fill(9), () => view.set([9])]) assert.throws(write, TypeError);
      assert.equal(view[0], undefined);
    }
    assert.deepEqual(bits(second.x), before);
    // The address is the same: this tests what it says.
    second.dispose();
    assert.equal(new Norm({ width: 64, rows: 4, gamma: random(64) }).x.length, 256);
  }
});

test("views that live meanwhile are read again from their instances, with what was in them", () => {
  const held = new LayerNorm({ width: 64 });
  held.x.set(random(64));
  const expected = bits(held.x);
  for (let i = 0; i < 10; i++) {
    new LayerNorm({ width: 64 }).dispose();
    assert.deepEqual(bits(held.x), expected);
    held.forward();
    assert.deepEqual(bits(held.y), bits(layerNorm(held.x, { width: 64 })));
  }
  held.dispose();
});

test("what is disposed twice, or disposed and then forgotten, is given back once", () => {
  const code = `const one = () => new all.LayerNorm({ width: 1000, rows: 8 });
    const size = one().x.buffer.byteLength;
    for (let i = 0; i < 300; i++) { const norm = one(); norm.dispose(); norm.dispose(); if (i % 30 === 0) await collect(); }
    await collect();
    const [a, b] = [one(), one()];
    a.x.fill(1);
    b.x.fill(2);
    console.log(a.x.every((v) => v === 1), b.x.every((v) => v === 2), b.x.buffer.byteLength <= size + 2 ** 18);`;
  assert.equal(collecting(code), "true true true");
});

test("structuredClone of a view copies the whole memory, of a slice the numbers: the README says so", () => {
  const norm = new LayerNorm({ width: 4 });
  assert.equal(structuredClone(norm.y).buffer.byteLength, norm.y.buffer.byteLength);
  assert.equal(structuredClone(norm.y.slice()).buffer.byteLength, 16);
  norm.dispose();
});
