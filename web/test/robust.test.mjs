// The page does what it can where something is missing, and runs under the strictest policies.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { BROWSERS, complaints, open } from "../harness/browsers.mjs";
import { ink } from "../harness/ink.mjs";
import { serve } from "../harness/serve.mjs";

const html = await readFile(new URL("../dist/index.html", import.meta.url), "utf8");
const POLICY = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)[1].replaceAll("&#39;", "'");
const SECTIONS = ["layers", "row", "axis", "sequence", "use"];
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
