// A link shows what its sender saw.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const hashOf = (page) => page.evaluate(() => location.hash.slice(1));

async function settled(page) {
  // The address is written a moment after the last change.
  await page.waitForTimeout(750);
  return hashOf(page);
}

forEachBrowser("links", (_, open) => {
  test("what was set comes back, to the last bit", async () => {
    const page = await open();
    await page.locator('[data-preset="huge"]').click();
    await page.locator('[data-strip="x"] .bar').nth(4).press("ArrowUp");
    await page.locator('[data-strip="gamma"] .bar').nth(2).press("End");
    await page.locator('[data-strip="beta"] .bar').nth(3).press("PageDown");
    await page.locator("#row-epsilon input").press("ArrowLeft");
    await page.locator(".step").nth(4).click();
    await page.locator("select").selectOption("train-42");
    await page.locator('#sequence input[value="burst"]').check();
    for (const slider of await page.locator("#sequence .slider input").all()) await slider.press("ArrowRight");
    await page.locator(".utterance-play input").press("ArrowLeft");
    for (const value of ["u8", "outlier", "64", "c"]) await page.locator(`#integers input[value="${value}"]`).check();
    await page.locator("#integers .slider input").press("ArrowLeft");
    const hash = await settled(page);
    assert.match(hash, /p=huge&x=.*&g=.*&b=.*&e=.*&step=5&u=train-42&f=\d+&ul=burst&ua=1&un=0.05&qf=u8&qr=outlier&qn=64&qe=.*&qx=c/);
    const again = await open(hash);
    assert.deepEqual(await table(again, "#row"), await table(page, "#row"));
    assert.deepEqual(await table(again, "#sequence"), await table(page, "#sequence"));
    assert.deepEqual(await table(again, "#integers"), await table(page, "#integers"));
    assert.equal(await again.locator('.step[aria-current="step"] .step-title').textContent(), "5. Scale and shift, as learned");
    assert.equal(await again.locator(".frame-readout").first().textContent(), await page.locator(".frame-readout").first().textContent());
    await again.locator("#copy-link").click();
    assert.equal(await hashOf(again), hash);
  });

  test("the page as it opens has a bare address", async () => {
    const page = await open();
    await page.locator(".step").nth(1).click();
    assert.equal(await settled(page), "row&step=2&seen=2");
    await page.locator("#row .reset").click();
    assert.equal(await settled(page), "");
  });

  test("a new link in the address bar is followed", async () => {
    const page = await open();
    await follow(page, "p=constant&u=test-9");
    assert.equal(await page.locator('[data-preset="constant"]').getAttribute("aria-pressed"), "true");
    assert.equal(await page.locator("select").inputValue(), "test-9");
  });

  test("a broken link leaves the defaults", async () => {
    const page = await open();
    const usual = await table(page, "#row");
    for (const broken of ["p=constructor&x=1,2&e=-1", "x=1,,3,4,5,6,7,8,9,10,11,12&g=NaN", "u=test-9999&f=1e9&step=0&ul=x&ua=99&qf=f64&qn=13", "%"]) {
      await follow(page, broken);
      assert.deepEqual(await table(page, "#row"), usual, broken);
      assert.equal(await page.locator("select").inputValue(), "test-0", broken);
    }
  });
});
