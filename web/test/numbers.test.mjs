// The page shows the numbers that layer norm has.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { number, reference, table } from "../harness/read.mjs";
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
});
