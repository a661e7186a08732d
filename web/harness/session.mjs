// A test suite for each browser, with the page at hand.
import assert from "node:assert/strict";
import { after, afterEach, before, describe } from "node:test";
import { BROWSERS, complaints, open } from "./browsers.mjs";
import { serve } from "./serve.mjs";

const DESKTOP = { width: 1280, height: 900 };

/** `tests` gets the browser's name and `page(hash, options)`, which opens the page; all are closed after each test. */
export function forEachBrowser(promise, tests, names = Object.keys(BROWSERS)) {
  for (const name of names) {
    describe(`${promise} (${name})`, () => {
      let server;
      let browser;
      let opened = [];
      before(async () => {
        [server, browser] = await Promise.all([serve(), BROWSERS[name]()]);
      });
      after(async () => {
        await browser?.close();
        await server?.close();
      });
      afterEach(async () => {
        const pages = opened;
        opened = [];
        for (const { page } of pages) await page.context().close();
        assert.deepEqual(pages.flatMap(({ found }) => found), [], "the page complains");
      });
      tests(name, async (hash, options) => {
        const context = await browser.newContext({ viewport: DESKTOP, ...options });
        const page = await context.newPage();
        opened.push({ page, found: complaints(page) });
        await open(page, server.address, hash);
        return page;
      });
    });
  }
}
