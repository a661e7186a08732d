// Everything can be done with a mouse, a finger, or the keyboard alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frames, number, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const bar = (page, strip, i) => page.locator(`[data-strip="${strip}"] .bar`).nth(i);
const value = async (page, strip, i) => Number(await bar(page, strip, i).getAttribute("aria-valuenow"));

async function drag(page, strip, from, to) {
  const plot = page.locator(`[data-strip="${strip}"] .strip-plot`);
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 4 });
  await page.mouse.up();
}

forEachBrowser("mouse", (_, open) => {
  test("a dragged bar follows, and the others stay", async () => {
    const page = await open();
    const before = (await table(page, "#row")).map((row) => number(row[1]));
    // Half of the way from the middle to the top, and into the neighbour's column on the way.
    await drag(page, "x", [2.5 / 12, 0.5], [3.6 / 12, 0.25]);
    const after = (await table(page, "#row")).map((row) => number(row[1]));
    assert.ok(Math.abs(after[2] - 2) < 0.1, `dragged to ${after[2]}`);
    assert.deepEqual(after.toSpliced(2, 1), before.toSpliced(2, 1));
  });

  test("a bar stops at the edge of its plot", async () => {
    const page = await open("p=huge");
    await drag(page, "x", [0.5 / 12, 0.5], [0.5 / 12, -0.5]);
    assert.equal(await value(page, "x", 0), Math.fround(3.4e38));
  });

  test("γ and β move y alone", async () => {
    const page = await open();
    const before = await table(page, "#row");
    await drag(page, "gamma", [0.5 / 12, 0.5], [0.5 / 12, 0.1]);
    await drag(page, "beta", [1.5 / 12, 0.5], [1.5 / 12, 0.1]);
    const after = await table(page, "#row");
    assert.deepEqual(after.map((row) => row[2]), before.map((row) => row[2]));
    assert.notEqual(after[0][5], before[0][5]);
    assert.notEqual(after[1][5], before[1][5]);
    assert.equal(after[2][5], before[2][5]);
  });

  test("a frame is chosen on the map and opened in the bars", async () => {
    const page = await open("u=test-3");
    const x = await frames("test-3");
    const map = page.locator("#utterance-after canvas[role=img]");
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    await page.mouse.click(box.x + (box.width * 4.5) / x.length, box.y + 10);
    await page.getByRole("button", { name: "Open this frame" }).click();
    const shown = (await table(page, "#row")).map((row) => number(row[1]));
    shown.forEach((v, i) => assert.ok(Math.abs(v - x[4][i]) < 1e-5, `${v} instead of ${x[4][i]}`));
  });
});

forEachBrowser(
  "touch",
  (_, open) => {
    test("a tap sets a bar", async () => {
      const page = await open("", { hasTouch: true, viewport: { width: 360, height: 740 } });
      const plot = page.locator('[data-strip="x"] .strip-plot');
      await plot.scrollIntoViewIfNeeded();
      const box = await plot.boundingBox();
      await page.touchscreen.tap(box.x + (box.width * 5.5) / 12, box.y + box.height * 0.25);
      assert.ok(Math.abs((await value(page, "x", 5)) - 2) < 0.1);
    });
  },
  ["chromium"],
);

forEachBrowser("keyboard", (_, open) => {
  test("arrows, Page and Home and End move a bar", async () => {
    const page = await open("p=outlier");
    await bar(page, "x", 1).focus();
    const press = async (key) => {
      await page.keyboard.press(key);
      return value(page, "x", 1);
    };
    assert.equal(await press("ArrowUp"), 0.5);
    assert.equal(await press("ArrowLeft"), -2);
    assert.equal(await press("PageDown"), -14.5);
    assert.equal(await press("End"), 100);
    assert.equal(await press("Home"), -100);
    assert.equal(await press("ArrowDown"), -100);
  });

  test("Tab reaches every control in the order of the page", async () => {
    const page = await open();
    await page.locator("[data-preset]").first().focus();
    const seen = new Set();
    for (let i = 0; i < 80; i++) {
      seen.add(
        await page.evaluate(() => {
          const { id, textContent } = document.activeElement;
          const name = document.activeElement.getAttribute("aria-label");
          return id || name || textContent.trim();
        }),
      );
      await page.keyboard.press("Tab");
    }
    for (const name of ["x 1", "x 12", "γ 12", "β 12", "Step through", "Utterance", "frame", "ε, under the root", "bench-run", "copy-link"]) {
      assert.ok(seen.has(name), `Tab does not reach ${name}`);
    }
  });

  test("steps, examples and sliders work from the keyboard", async () => {
    const page = await open();
    await page.locator(".step").nth(3).focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.locator(".step").nth(3).getAttribute("aria-current"), "step");
    await page.locator('[data-preset="constant"]').focus();
    await page.keyboard.press("Space");
    assert.match(await page.locator('[data-strip="hat"] .strip-plot').getAttribute("aria-label"), /^x̂: (0, ){11}0$/);
    const frame = page.locator("#utterance-picker input");
    await frame.focus();
    await page.keyboard.press("ArrowRight");
    assert.match(await page.locator(".frame-readout").first().textContent(), /^frame 1:/);
  });

  test("the steps play to the last one and stop", async () => {
    const page = await open("step=3");
    const play = page.getByRole("button", { name: "Step through" });
    await play.press("Enter");
    await page.locator('.step[aria-current="step"]').filter({ hasText: "as learned" }).waitFor();
    await play.waitFor();
  });
});
