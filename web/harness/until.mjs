// What a page does in a frame to come, such as to hear that its medium changed.
import assert from "node:assert/strict";

/** Waits until `holds()`; fails with `promise` after ten seconds. */
export async function until(promise, holds) {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) assert.fail(`never came: ${promise}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
