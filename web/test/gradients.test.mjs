// The nets of "Train it" and "Before or after?": their gradients are the slopes of their loss, and training.json is what they give.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { right, trainers } from "../harness/trainers.mjs";

const { Net, CLASSES, plans, draws, USUAL_RATE } = await trainers();
const WIDTH = 12;
const ROWS = 8;
/** The better of two counts: a large one may pass the corner of a rectifier, a small one drowns in rounding. */
const STEPS = [3e-3, 5e-4];

/** Cross-entropy in doubles, out of the logits. */
function lossOf(logits, labels) {
  const rows = labels.map((label, row) => {
    const own = Array.from(logits.subarray(row * CLASSES, (row + 1) * CLASSES));
    return Math.log(own.reduce((sum, value) => sum + Math.exp(value), 0)) - own[label];
  });
  return rows.reduce((sum, value) => sum + value, 0) / labels.length;
}

/** Its slope in each logit, by differences. */
function slopes(logits, labels) {
  return logits.map((_, i) => {
    const moved = (by) => lossOf(Float64Array.from(logits, (value, j) => value + (i === j ? by : 0)), labels);
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
}

const SHAPES = [
  ...plans.NORMS.map((norm) => ({ kind: "layers", depth: 3, norm, scale: 1 })),
  ...plans.PLACES.map((place) => ({ kind: "blocks", depth: 2, place })),
];
for (const shape of SHAPES) {
  test(`the gradient is the slope of the loss: ${shape.norm ?? shape.place}, ${shape.kind}`, () => {
    const next = draws(7);
    const net = new Net(WIDTH, shape, next);
    // γ and β away from where they start, so that a mistake in either shows.
    for (const { values } of net.weights()) for (let i = 0; i < values.length; i++) values[i] += 0.1 * next();
    const x = Float32Array.from({ length: ROWS * WIDTH }, next);
    const labels = Array.from({ length: ROWS }, (_, i) => i);
    const loss = () => lossOf(net.forward(x, true), labels);
    net.backward(Float32Array.from(slopes(net.forward(x, true), labels)));
    let [checked, worst] = [0, 0];
    for (const { values, gradients } of net.weights()) {
      const slope = Array.from(gradients);
      // The steepest weights of each matrix and vector: differences of small ones drown in rounding.
      const steep = slope.map((value, i) => [Math.abs(value), i]).sort((a, b) => b[0] - a[0]).slice(0, 3);
      for (const [size, i] of steep) {
        if (size < 0.02) continue;
        const before = values[i];
        const misses = STEPS.map((step) => {
          values[i] = before + step;
          const [above, over] = [loss(), values[i]];
          values[i] = before - step;
          const [below, under] = [loss(), values[i]];
          values[i] = before;
          return Math.abs((above - below) / (over - under) - slope[i]) / size;
        });
        worst = Math.max(worst, Math.min(...misses));
        checked++;
      }
    }
    assert.ok(checked >= 8, `${checked} checked`);
    assert.ok(worst < 0.05, `off by ${(100 * worst).toFixed(1)} %`);
  });
}

test("a norm after the sum lets the gradient fade on its way to the first block, one before the layers does not", async () => {
  const { Trainer, corpus, BLOCKS, BLOCKS_RATE } = await trainers();
  const fading = (place) => {
    const trainer = new Trainer(plans.blocksPlan(BLOCKS.usual, place, BLOCKS_RATE, 1), corpus);
    for (let i = 0; i < 10; i++) trainer.step();
    const { gradients } = trainer.sight();
    return gradients.at(-1) / gradients[0];
  };
  assert.ok(fading("post") > 1e4);
  assert.ok(fading("pre") < 1);
});

test("training.json is what a training gives", async () => {
  const { right: said } = JSON.parse(await readFile(new URL("../training.json", import.meta.url), "utf8"));
  for (const norm of plans.NORMS) assert.equal(await right(plans.layersPlan("well", norm, USUAL_RATE, 1)), said.well[norm][0], norm);
});

test("what the texts of the page say of ten seeds holds", async () => {
  const { right: said } = JSON.parse(await readFile(new URL("../training.json", import.meta.url), "utf8"));
  const count = (values, holds) => values.filter(holds).length;
  const median = (values) => values.map((value) => value ?? 0).sort((a, b) => a - b).slice(4, 6).reduce((sum, value) => sum + value / 2, 0);
  assert.equal(count(said.bad.none, (value) => value === null), 10, "a bad start breaks a net without a norm");
  assert.ok(count(said.bad.layer, (value) => value >= 50) >= 9, `layer norm, bad start: ${said.bad.layer}`);
  // 15.3 % is what naming the man who says most frames, always, gets right.
  assert.ok(said.one.batch.every((value) => value <= 15.3) && count(said.one.batch, (value) => value <= 15) >= 9, `batch norm, batch of one: ${said.one.batch}`);
  const well = plans.NORMS.map((norm) => median(said.well[norm]));
  assert.ok(Math.max(...well) - Math.min(...well) <= 5, `all is well: ${well}`);
  assert.ok(count(said.place.pre, (value) => value >= 70) >= 9, `norm before: ${said.place.pre}`);
  for (const place of ["post", "none"]) assert.ok(count(said.place[place], (value) => value === null || value <= 25) >= 9, `${place}: ${said.place[place]}`);
});
