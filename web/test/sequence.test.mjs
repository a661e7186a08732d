// The sequence loads what it shows, and no more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frames, number, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";
import { until } from "../harness/until.mjs";

/** Names and bytes of what was fetched of the utterances. */
const fetched = (page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => /\.bin$/.test(name))
      .map(({ name, decodedBodySize }) => [name, decodedBodySize]),
  );

async function shows(page, id) {
  await page.locator(`#utterance-before canvas[aria-label^="${id} "]`).waitFor();
  const rows = (await table(page, "#sequence")).map((row) => row.map(number));
  const x = await frames(id);
  assert.equal(rows.length, x.length, id);
  rows.forEach(([, mean], f) => {
    const expected = x[f].reduce((sum, value) => sum + value, 0) / 12;
    assert.ok(Math.abs(mean - expected) < 1e-4, `${id}, frame ${f}: mean ${mean} instead of ${expected}`);
  });
}

forEachBrowser("utterances", (_, open) => {
  test("one file of some 15 kB is fetched for what is shown, another for one from elsewhere", async () => {
    const page = await open();
    await shows(page, "test-0");
    const [first, ...rest] = await fetched(page);
    assert.deepEqual(rest, []);
    assert.ok(first[1] > 0 && first[1] < 20_000, `${first[1]} bytes`);
    await page.locator("#sequence select").selectOption("train-137");
    await shows(page, "train-137");
    assert.equal((await fetched(page)).length, 2);
    // One that came along.
    await page.locator("#sequence select").selectOption("train-138");
    await shows(page, "train-138");
    assert.equal((await fetched(page)).length, 2);
  });

  test("for times without a network only what was shown is kept", async () => {
    const page = await open();
    const kept = () =>
      page.evaluate(async () => {
        const names = await caches.keys();
        const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        return requests.flat().filter(({ url }) => url.endsWith(".bin")).length;
      });
    await page.evaluate(() => navigator.serviceWorker.ready);
    assert.equal(await kept(), 1);
    // Now its files come through the service worker.
    await page.reload();
    await page.locator("#sequence[data-started]").waitFor();
    await page.locator("#sequence select").selectOption("train-137");
    await shows(page, "train-137");
    assert.equal(await kept(), 2);
  });

  test("the first, the last and those at the ends of files are the right ones", async () => {
    const page = await open();
    for (const id of ["train-0", "train-19", "train-20", "train-269", "test-369"]) {
      await page.locator("#sequence select").selectOption(id);
      await shows(page, id);
    }
  });

  test("the last choice wins, also if an earlier one arrives later", async () => {
    const page = await open();
    await page.evaluate(() => {
      const load = window.fetch;
      let first = true;
      window.fetch = async (...request) => {
        const response = await load(...request);
        if (first) await new Promise((resolve) => setTimeout(resolve, 400 + (first = false)));
        return response;
      };
    });
    await page.locator("#sequence select").selectOption("train-60");
    await page.locator("#sequence select").selectOption("train-200");
    await shows(page, "train-200");
    await page.waitForTimeout(600);
    await shows(page, "train-200");
  });

  test("what does not load is said, and asked for again", async () => {
    const page = await open();
    await page.evaluate(() => {
      window.load = window.fetch;
      window.fetch = async () => new Response("", { status: 404 });
    });
    await page.locator("#sequence select").selectOption("train-60");
    await page.locator("#sequence [role=status]", { hasText: "train-60 is not here" }).waitFor();
    await page.evaluate(() => (window.fetch = window.load));
    await page.locator("#sequence select").selectOption("train-61");
    await shows(page, "train-61");
    assert.equal(await page.locator("#sequence [role=status]").textContent(), "");
  });
});

forEachBrowser(
  "the maps on paper",
  (_, open) => {
    test("have the colours of paper, whatever the screen's are", async () => {
      const page = await open("", { colorScheme: "dark" });
      const lightness = () =>
        page.locator("#utterance-before canvas[role=img]").evaluate((canvas) => {
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? 0 : value), 0) / (data.length * 0.75);
        });
      await until("dark on a dark screen", async () => (await lightness()) < 128);
      await page.emulateMedia({ media: "print" });
      await until("light in print", async () => (await lightness()) > 160);
      await page.emulateMedia({ media: "screen" });
      await until("and dark again", async () => (await lightness()) < 128);
    });
  },
  // The driver of stock Firefox cannot emulate media.
  ["chromium"],
);
