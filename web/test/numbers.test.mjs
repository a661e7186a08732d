// The page shows the numbers that layer norm has.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { frames, fromBits, number, reference, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const PRESETS = ["ordinary", "speech", "constant", "nearly", "outlier", "large", "huge"];

function close(actual, expected, tolerance, what) {
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance * Math.max(1, Math.abs(expected)), `${what}: ${actual} instead of ${expected}`);
}

forEachBrowser("the numbers are right", (_, open) => {
  test("bars: every example", async () => {
    const gamma = [1, 2, -1, 0.5, 1, 1, 1, 3, 0, 1, 1, -2];
    const beta = [0, 1, 0, 0, -1, 0, 2, 0, 0.5, 0, 0, 0];
    const page = await open();
    for (const preset of PRESETS) {
      await follow(page, `p=${preset}&g=${gamma}&b=${beta}&e=0`);
      const rows = (await table(page, "#row")).map((row) => row.map(number));
      // The table has six digits of x; those of the presets have no more.
      const x = rows.map((row) => Math.fround(row[1]));
      const { hat, y } = reference(x, 0, gamma, beta);
      rows.forEach((row, i) => {
        close(row[2], hat[i], 1e-5, `${preset}, x̂ ${i}`);
        close(row[5], y[i], 1e-5, `${preset}, y ${i}`);
      });
    }
  });

  test("heat maps: all frames, to the last bits", async () => {
    const page = await open("u=train-137&ue=0.01");
    await table(page, "#sequence");
    await page.locator("#utterance-table input").check();
    const rows = await table(page, "#sequence");
    const x = await frames("train-137");
    assert.equal(rows.length, x.length);
    rows.forEach(([frame, ...cells], f) => {
      assert.equal(frame, String(f));
      const [mean, rstd, ...y] = cells.map(fromBits);
      const expected = reference(x[f], Math.fround(0.01));
      close(mean, expected.mean, 2 ** -23, "mean");
      close(rstd, expected.rstd, 2 ** -23, "rstd");
      y.forEach((value, c) => close(value, expected.y[c], 2 ** -21, `y ${c}`));
    });
  });

  test("heat maps: louder and moved input, scaled and shifted output", async () => {
    const page = await open("u=test-5&ua=2&uo=0.5&ug=-1.5&ub=0.25&ue=0");
    const rows = (await table(page, "#sequence")).map((row) => row.map(number));
    const x = await frames("test-5");
    rows.forEach(([, mean, , ...y], f) => {
      const expected = reference(x[f].map((value) => value * 2 + 0.5), 0);
      close(mean, expected.mean, 1e-4, "mean");
      y.forEach((value, c) => close(value, expected.hat[c] * -1.5 + 0.25, 1e-4, `y ${c}`));
    });
  });
});
