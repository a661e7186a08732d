// The page is there soon, fits every screen, and hides nothing from assistive technology.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { forEachBrowser } from "../harness/session.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PANELS = ["header.masthead", "#rail", "#layers", "#row", "#axis", "#sequence", "#use", "footer"];
/** The driver of stock Firefox cannot emulate media. */
const emulates = ["chromium"];

async function findings(page, panel) {
  const { violations } = await page.evaluate((selector) => window.axe.run(selector), panel);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${panel}: ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

async function audit(page) {
  for (const summary of await page.locator("summary:visible").all()) await summary.click();
  // Past the page's policy, which lets no foreign script in.
  await page.evaluate(axe);
  const all = [];
  for (const panel of PANELS) all.push(...(await findings(page, panel)));
  assert.deepEqual(all, []);
}

forEachBrowser("axe has no serious finding", (_, open) => {
  test("in any panel", async () => audit(await open("step=4&u=test-8")));
});

forEachBrowser(
  "axe has no serious finding in the bench",
  (_, open) => {
    test("after it ran", async () => {
      const page = await open();
      await page.locator("#bench-run").click();
      await page.locator("#bench-verdict").waitFor({ timeout: 60_000 });
      await audit(page);
    });
  },
  ["chromium"],
);

forEachBrowser(
  "axe has no serious finding in the dark",
  (_, open) => {
    test("in any panel", async () => audit(await open("step=4", { colorScheme: "dark" })));
  },
  emulates,
);

forEachBrowser("every width", (_, open) => {
  test("has room for all, without scrolling sideways", async () => {
    const page = await open("p=large&step=5", { viewport: { width: 360, height: 800 } });
    for (const summary of await page.locator("summary:visible").all()) await summary.click();
    for (const width of [360, 800, 1440, 1920]) {
      await page.setViewportSize({ width, height: 800 });
      const [content, room] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
      assert.ok(content <= room, `${content} px in ${room} px`);
    }
  });
});

forEachBrowser(
  "reduced motion",
  (_, open) => {
    test("bars do not glide", async () => {
      const page = await open("", { reducedMotion: "reduce" });
      await page.locator(".step").nth(2).click();
      const moving = await page.evaluate(() => document.getAnimations().length);
      assert.equal(moving, 0);
    });
  },
  emulates,
);

forEachBrowser("speed", (_, open) => {
  test("the first computed frame is there within a second", async () => {
    // The best of three: other programs may take the machine for a moment.
    const times = [];
    for (let i = 0; i < 3; i++) {
      const page = await open();
      times.push(await page.evaluate(() => performance.getEntriesByName("hero")[0].startTime));
    }
    assert.ok(Math.min(...times) <= 1000, `${times.map(Math.round)} ms`);
  });
});
