// The row is for every eye, ear and hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const PHONE = { viewport: { width: 360, height: 800 } };
const STATES = ["", "seen=2&step=2", "step=5", "task=equal&step=5", "p=nearly&e=0&task=epsilon&step=4", "p=huge&step=4"];

forEachBrowser("the row as text", (_, open) => {
  test("has one live region, in every state", async () => {
    const page = await open();
    for (const state of STATES) {
      if (state) await follow(page, state);
      assert.equal(await page.locator("#row :is([aria-live], [role=status], [role=alert], [role=log], [role=timer], output)").count(), 1, state);
    }
  });

  test("says powers of ten and hats in words", async () => {
    const page = await open("p=huge&step=4");
    assert.equal(await page.locator('[data-preset="huge"]').textContent(), "±10 to the power 38");
    assert.match(await page.locator(".step").nth(3).textContent(), /x hat1 = .*·10 to the power 37 \/ √\(.*·10 to the power 76 \+ 10 to the power −5\)/);
    assert.equal(await page.locator('[data-strip="x"] .bar').first().getAttribute("aria-valuetext"), "10 to the power 38");
    const spoken = await page.locator("#row").evaluate((row) => [...row.querySelectorAll("[aria-label], [aria-valuetext]")].flatMap((each) => [each.getAttribute("aria-label"), each.getAttribute("aria-valuetext")]).join(" "));
    assert.doesNotMatch(spoken, /[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/);
  });

  test("a lesson's numbers are those of the row shown", async () => {
    const page = await open("p=outlier");
    const lesson = page.locator("#row .lesson");
    const share = async () => {
      const x = await page.locator('[data-strip="x"] .bar').evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("aria-valuenow"))));
      const mean = x.reduce((sum, value) => sum + value, 0) / 12;
      return (100 * (x[5] - mean) ** 2) / x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    };
    const told = async () => Number(/makes ([\d.]+) % of Σd/.exec(await lesson.textContent())?.[1]);
    assert.ok(Math.abs((await told()) - (await share())) <= 0.06);
    const bar = page.locator('[data-strip="x"] .bar').nth(5);
    for (let i = 0; i < 15; i++) await bar.press("PageDown");
    assert.ok(Math.abs((await told()) - (await share())) <= 0.06, await lesson.textContent());
    await bar.press("Home");
    for (let i = 0; i < 40; i++) await bar.press("ArrowUp");
    assert.doesNotMatch(await lesson.textContent(), /One value/);
  });
});

forEachBrowser("on a phone", (_, open) => {
  test("the formula and the bars are seen together", async () => {
    const page = await open("step=4", PHONE);
    const hidden = await page.evaluate(() => {
      document.querySelector('[data-strip="hat"] .strip-plot').scrollIntoView({ block: "end" });
      scrollBy(0, 60);
      const places = [".step[aria-current] .step-formula", ".step[aria-current] .step-numbers", ...["x", "hat", "gamma", "beta", "y"].map((strip) => `[data-strip="${strip}"] .strip-plot`)];
      return places.filter((place) => {
        const element = document.querySelector(place);
        const box = element.getBoundingClientRect();
        const corners = [[box.left + 2, box.top + 2], [box.right - 2, box.bottom - 2]];
        return !corners.every(([x, y]) => element.closest(".step, .strip").contains(document.elementFromPoint(x, y)));
      });
    });
    assert.deepEqual(hidden, []);
  });

  test("every target has 24 pixels each way", async () => {
    for (const options of [PHONE, {}]) {
      const page = await open("", options);
      for (const state of STATES) {
        if (state) await follow(page, state);
        const small = await page.locator('#row :is(button, [role="slider"], input, summary, .grip)').evaluateAll((targets) =>
          targets
            .filter((target) => target.checkVisibility())
            .map((target) => [target.getBoundingClientRect(), target])
            .filter(([{ width, height }]) => width < 24 || height < 24)
            .map(([{ width, height }, target]) => `${target.className} ${target.textContent}: ${width}×${height}`),
        );
        assert.deepEqual(small, [], state);
      }
    }
  });
});

forEachBrowser(
  "the row's bars",
  (_, open) => {
    for (const [where, media] of [["print", { media: "print" }], ["forced colours", { forcedColors: "active" }], ["forced colours, in the dark", { forcedColors: "active", colorScheme: "dark" }]]) {
      test(`stay in ${where}`, async () => {
        const page = await open("step=5");
        await page.emulateMedia(media);
        for (const strip of ["x", "hat", "gamma", "beta", "y"]) {
          const plot = page.locator(`[data-strip="${strip}"] .strip-plot`);
          const shown = await plot.screenshot();
          await plot.evaluate((element) => element.querySelectorAll(".bar-fill, .bar-end").forEach((bar) => bar.remove()));
          assert.notDeepEqual(await plot.screenshot(), shown, strip);
        }
      });
    }
  },
  ["chromium"],
);
