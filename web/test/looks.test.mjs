// The page fits every screen, and hides nothing from assistive technology.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { forEachBrowser } from "../harness/session.mjs";
import { openAll, STATES } from "../harness/states.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const SECTIONS = ["layers", "row", "axis", "train", "place", "sequence", "integers", "use"];
/** The driver of stock Firefox cannot emulate media. */
const emulates = ["chromium"];

/** Everything that axe finds by the rules of levels A and AA, the size of targets among them. */
async function findings(page) {
  // Past the page's policy, which lets no foreign script in.
  await page.evaluate(axe);
  const { violations } = await page.evaluate((values) => window.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  // The first few of a kind say it all.
  return violations.map(({ id, nodes }) => `${id}, ${nodes.length} times: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html} (${failureSummary})`).join(" ")}`);
}

/** One page for all states: what a state leaves behind is part of the next one. */
async function audit(page) {
  for (const { name, hash = "", act } of STATES) {
    await follow(page, hash);
    await openAll(page);
    await act?.(page);
    assert.deepEqual(await findings(page), [], name);
  }
}

forEachBrowser("axe finds nothing", (_, open) => {
  test("in any state", async () => audit(await open()));
});

forEachBrowser(
  "axe finds nothing",
  (_, open) => {
    test("in any state, in the dark", async () => audit(await open("", { colorScheme: "dark" })));
    test("in any state, on a phone", async () => audit(await open("", { viewport: { width: 360, height: 800 } })));
  },
  emulates,
);

forEachBrowser("assistive technology", (_, open) => {
  test("hears one live region a section at most", async () => {
    const page = await open();
    for (const id of SECTIONS) {
      const regions = await page.locator(`#${id} :is([role="status"], [role="alert"], [role="log"], output, [aria-live]:not([aria-live="off"]))`).count();
      assert.ok(regions <= 1, `#${id} has ${regions}`);
    }
  });

  test("needs at most 25 stops to the end of section 2", async () => {
    const page = await open("w=0.7&step=2");
    const stops = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      const { name, beyond } = await page.evaluate(() => {
        const at = document.activeElement;
        return {
          name: at.getAttribute("aria-label") ?? (at.id || at.textContent.trim().slice(0, 30)),
          beyond: at.closest("#train, #place, #sequence, #integers, #use, footer") !== null,
        };
      });
      if (beyond) break;
      stops.push(name);
    }
    assert.ok(stops.length <= 25 && stops.length > 8, `${stops.length}: ${stops.join(" | ")}`);
  });
});

forEachBrowser("every width", (_, open) => {
  test("has room for all, without scrolling sideways", async () => {
    const page = await open("p=large&step=5", { viewport: { width: 360, height: 800 } });
    await openAll(page);
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
