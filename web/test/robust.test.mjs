// The page does what it can where something is missing, and runs under the strictest policies.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { BROWSERS, complaints, open } from "../harness/browsers.mjs";
import { ink } from "../harness/ink.mjs";
import { serve } from "../harness/serve.mjs";
import { takeSteps } from "../harness/states.mjs";

const html = await readFile(new URL("../dist/index.html", import.meta.url), "utf8");
const POLICY = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)[1].replaceAll("&#39;", "'");
const SECTIONS = ["layers", "row", "axis", "train", "place", "sequence", "integers", "use"];
/** Those with a still figure; the hero's figure is the same with and without a script. */
const STILLS = SECTIONS.slice(1);

for (const name of Object.keys(BROWSERS)) {
  describe(`robust (${name})`, () => {
    let browser;
    const closing = [];
    before(async () => void (browser = await BROWSERS[name]()));
    afterEach(async () => {
      for (const close of closing.splice(0).reverse()) await close();
    });
    after(() => browser?.close());

    async function visit({ server = {}, context = {}, before, hash } = {}) {
      const served = await serve(server);
      closing.push(() => served.close());
      const own = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...context });
      closing.push(() => own.close());
      const page = await own.newPage();
      const found = complaints(page);
      await before?.(page);
      if (context.javaScriptEnabled === false) await page.goto(served.address);
      else await open(page, served.address, hash);
      return { page, found, address: served.address, served };
    }
    const sectionsWith = (page, mark) => page.evaluate((key) => [...document.querySelectorAll("main > section")].filter((section) => key in section.dataset).map(({ id }) => id), mark);
    async function showsStill(page, id) {
      const still = page.locator(`#${id} .still`);
      assert.ok(await still.isVisible(), `#${id} has no still figure to be seen`);
      assert.ok(await still.evaluate((figure) => [...figure.querySelectorAll("img, svg, pre")].some((image) => image.getBoundingClientRect().height > 50 && (image.tagName !== "IMG" || image.naturalWidth > 0 || image.loading === "lazy"))), `#${id}: no picture or program`);
      assert.ok((await still.locator("figcaption").innerText()).length > 20, `#${id}: no sentence`);
      assert.equal(await page.locator(`#${id} .live`).evaluate((live) => live.innerText.trim()), "", `#${id}: the dead live figure is seen`);
    }
    async function heroStands(page) {
      assert.ok((await page.locator(".layers-plot").boundingBox()).height > 100);
      assert.equal(await page.locator(".layers-plot path.other").count(), 5);
    }

    // The driver of stock Firefox cannot turn scripts off.
    if (name === "chromium") {
      test("without scripts there are words, figures, and nothing that does not work", async () => {
        const { page } = await visit({ context: { javaScriptEnabled: false } });
        await heroStands(page);
        for (const id of STILLS) await showsStill(page, id);
        assert.equal(await page.locator("button:visible").count(), 0);
        await page.locator("#layers .needs").waitFor({ timeout: 6000 });
      });
    }

    test("without WebAssembly every section keeps its still figure, and says why", async () => {
      const { page, found } = await visit({ before: (page) => page.addInitScript(() => delete globalThis.WebAssembly) });
      assert.deepEqual(await sectionsWith(page, "failed"), SECTIONS);
      await heroStands(page);
      for (const id of STILLS) await showsStill(page, id);
      assert.ok(await page.locator("#layers .needs").isVisible());
      assert.deepEqual(found.filter((line) => line.startsWith("error")), []);
    });

    test("a section whose script does not come keeps its still figure, the others live", async () => {
      const { page } = await visit({ server: { missing: /row-panel.*\.js$/ } });
      assert.deepEqual(await sectionsWith(page, "failed"), ["row"]);
      await showsStill(page, "row");
    });

    test("without data the sequence keeps its still figure, the others live", async () => {
      const { page } = await visit({ server: { missing: /utterance[^/]*\.bin$/ } });
      assert.deepEqual(await sectionsWith(page, "failed"), ["sequence"]);
      await showsStill(page, "sequence");
    });

    test("in a folder, under the policy as a header, nothing is refused", async () => {
      const { page, found } = await visit({ server: { under: "/some/where/", headers: { "content-security-policy": POLICY } } });
      assert.deepEqual(await sectionsWith(page, "started"), SECTIONS);
      assert.match(POLICY, /style-src 'self';.*require-trusted-types-for 'script'/);
      await takeSteps(page);
      await page.locator("#bench-run").click();
      await page.locator('#bench-verdict[data-agreed="true"]').waitFor({ timeout: 90_000 });
      assert.deepEqual(found, []);
    });

    test("after the first visit it opens without a network, in a folder too", async () => {
      const { page, address, served } = await visit({ server: { under: "/some/where/" } });
      await page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated");
      await served.close();
      await open(page, address, "row&p=large");
      assert.deepEqual(await sectionsWith(page, "started"), SECTIONS);
      assert.equal(await page.locator('[data-preset="large"]').getAttribute("aria-pressed"), "true");
    });

    test("a new version is seen on the next visit, and takes the old one's place", async () => {
      const { page, address } = await visit();
      const ready = () => page.waitForFunction(async () => (await navigator.serviceWorker.getRegistration())?.active?.state === "activated");
      await ready();
      const fresh = await page.evaluate(async () => (await (await fetch("./")).text()).length);
      await open(page, address);
      assert.equal(await page.evaluate(async () => (await (await fetch(location.href)).text()).length), fresh);
      const names = await page.evaluate(() => caches.keys());
      assert.equal(names.length, 1);
    });

    // The driver of stock Firefox cannot emulate media.
    if (name !== "chromium") return;

    for (const colorScheme of ["light", "dark"]) {
      test(`on paper, ${colorScheme} on the screen: ink on white, without backgrounds`, async () => {
        const { page } = await visit({ context: { colorScheme }, hash: "g=1,2,1,1,1,1,1,1,1,1,1,1&b=1,1,1,1,1,1,1,1,1,1,1,1" });
        await takeSteps(page);
        await page.emulateMedia({ media: "print", colorScheme });
        assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor), "rgb(255, 255, 255)");
        await seen(page, "* { background: none !important; box-shadow: none !important; }");
      });
    }

    test("in forced colours every figure is seen", async () => {
      const { page } = await visit({ context: { forcedColors: "active" } });
      await takeSteps(page);
      await seen(page, "");
    });

    const STRIPS = ["x", "hat", "gamma", "beta", "y"].map((strip) => `[data-strip="${strip}"] .strip-plot`);
    const NETS = ["#train .plots figure:last-child .plot", "#place .live .block"];
    const LATER = ['#sequence [data-map="hat"] .chart', "#sequence .who tbody tr[data-right] td:nth-child(2) .share-bar", "#integers .errors", "#integers .plot"];

    async function seen(page, rules) {
      await page.evaluate((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [sheet];
      }, rules);
      for (const part of [".layers-plot", ...STRIPS, ...NETS, ...LATER]) {
        const share = await ink(page, await page.locator(part).screenshot());
        assert.ok(share > 0.01, `${part}: ${(100 * share).toFixed(2)} % ink`);
      }
    }

    test("at 200 % nothing is cut off or needs scrolling sideways", async () => {
      const { page } = await visit({ context: { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2 } });
      for (const summary of await page.locator("summary:visible").all()) await summary.click();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.equal(wide, 0);
    });
  });
}
