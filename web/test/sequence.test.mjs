// The sequence loads what it shows, and no more; its net is the one of the crate, to the last bit.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { follow } from "../harness/browsers.mjs";
import { frames, number, table, withExponents } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";
import { until } from "../harness/until.mjs";

/** What the crate computes natively, by utterance and power of two: `cargo xtask demo --once` compares the first of them anew. */
const NATIVE = new Map();
for (const line of (await readFile(new URL("logits.txt", import.meta.url), "utf8")).split("\n")) {
  const [, id, power, ...logits] = /^utterance (\S+) louder (\S+) frame \d+ f32 (\S+) i16 (\S+) i8 (\S+)$/.exec(line) ?? [];
  if (!id) continue;
  const key = `u=${id}&ua=${power}`;
  NATIVE.set(key, [...(NATIVE.get(key) ?? []), logits.flatMap((list) => list.split(","))]);
}

/** Names and bytes of what was fetched of the utterances. */
const fetched = (page) =>
  page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => /\/utterances[^/]*\.bin$/.test(name))
      .map(({ name, decodedBodySize }) => [name, decodedBodySize]),
  );
const readout = (page, map) => page.locator(`#sequence [data-map="${map}"] .frame-readout`).textContent();
/** μ and σ of the frame that is looked at. */
const statistics = async (page, map) => withExponents(await readout(page, map)).match(/μ = (\S+), σ = (\S+)/).slice(1).map(number);

/** With an even loudness: the last frame of the utterance. */
async function shows(page, id) {
  await page.locator(`#sequence canvas[aria-label^="${id} as"]`).waitFor();
  const x = await frames(id);
  assert.match(await readout(page, "x"), new RegExp(`^frame ${x.length - 1}: `));
  const last = x.at(-1);
  const mean = last.reduce((sum, value) => sum + value, 0) / 12;
  const sigma = Math.sqrt(last.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 12);
  const seen = await statistics(page, "x");
  [mean, sigma].forEach((value, i) => assert.ok(Math.abs(seen[i] - value) <= 6e-3 * Math.abs(value), `${id}: ${seen[i]} instead of ${value}`));
}

forEachBrowser("the net", (_, open) => {
  test("has the logits of the crate, after every frame, in f32 and in integers", async () => {
    const page = await open("sequence&ul=even");
    await table(page, "#sequence");
    await page.locator("#sequence .check input").check();
    for (const [key, lines] of NATIVE) {
      await follow(page, `sequence&ul=even&${key}`);
      await page.locator(`#sequence canvas[aria-label^="${key.match(/u=([^&]+)/)[1]} as"]`).waitFor();
      const rows = async () => (await table(page, "#sequence")).map(([, ...cells]) => cells.map((cell) => cell.replace("−", "-")));
      // A page on a busy machine may still be at it.
      await until(key, async () => isDeepStrictEqual(await rows(), lines)).catch(async () => assert.deepEqual(await rows(), lines, key));
      // And those that are seen are of the frame that is looked at.
      const seen = await page.locator("#sequence .who code").allTextContents();
      const last = lines.at(-1);
      assert.deepEqual(seen.map((text) => text.replace("−", "-")), Array.from({ length: 27 }, (_, i) => last[(i % 3) * 9 + Math.floor(i / 3)]), key);
    }
  });

  test("gets frames of one size, however loud they are", async () => {
    const page = await open("sequence");
    const spreads = { sums: [], hat: [] };
    for (let frame = 18; frame >= 0; frame -= 6) {
      for (const map of ["sums", "hat"]) spreads[map].push((await statistics(page, map))[1]);
      for (let i = 0; i < 6; i++) await page.locator(".utterance-play input").press("ArrowLeft");
    }
    assert.ok(spreads.sums[0] > 20 * spreads.sums[3], `${spreads.sums}`);
    for (const spread of spreads.hat) assert.ok(Math.abs(spread - 1) < 0.05, `${spreads.hat}`);
    await page.locator("#sequence .reset").click();
    assert.match(await readout(page, "x"), /^frame 18:/);
  });

  test("plays to the end, pauses, and hears no more than it was given", async () => {
    const page = await open("sequence&f=2");
    const play = page.locator("#sequence .play");
    assert.match(await page.locator(".who-title").textContent(), /^After frame 2 /);
    await play.click();
    await until("it goes on", async () => /^frame [3-9]/.test(await readout(page, "x")));
    await play.click();
    const rested = await readout(page, "x");
    await page.waitForTimeout(300);
    assert.equal(await readout(page, "x"), rested);
    await play.click();
    await until("the end", async () => (await play.textContent()) === "Play");
    assert.match(await page.locator(".who-title").textContent(), /^After frame 18 all three name speaker 1\. It is speaker 1\.$/);
  });
});

test("what the texts say of the whole test holds", async () => {
  const { Classifier } = await import("layernorm/sequence");
  const text = (await readFile(new URL("../index.html", import.meta.url), "utf8")).replace(/<[^>]+>/g, "").replace(/\s+/g, " ");
  const models = await Promise.all(["f32", "i16", "i8"].map(async (storage) => new Classifier(await readFile(new URL(`../../model/speaker.${storage}.bin`, import.meta.url)))));
  const utterances = await Promise.all(Array.from({ length: 370 }, (_, i) => frames(`test-${i}`)));
  const named = (model, power) =>
    utterances.map((x) => {
      model.reset();
      for (const frame of x) model.push(Float32Array.from(frame, (value) => value * 2 ** power));
      const logits = model.logits();
      return logits.indexOf(Math.max(...logits));
    });
  const usual = named(models[0], 0);
  const same = (model, power) => named(model, power).filter((name, i) => name === usual[i]).length;
  for (const power of [-4, 3, 10]) assert.equal(same(models[0], power), 370, `2^${power}`);
  for (const model of models.slice(1)) assert.equal(same(model, 0), 370);
  assert.ok(text.includes(`At 1/1024 the net names ${370 - same(models[0], -10)} of them otherwise`));
  const louder = models.slice(1).map((model) => same(model, 3));
  assert.equal(louder[0], louder[1]);
  assert.ok(text.includes(`f32 still names all as before, the integers ${louder[0]}.`), `${louder}`);
  for (const model of models) model.dispose();
});

forEachBrowser("utterances", (_, open) => {
  test("one file of some 15 kB is fetched for what is shown, another for one from elsewhere", async () => {
    const page = await open("ul=even");
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
    const page = await open("ul=even");
    const kept = () =>
      page.evaluate(async () => {
        const names = await caches.keys();
        const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
        return requests.flat().filter(({ url }) => /\/utterances[^/]*\.bin$/.test(url)).length;
      });
    await page.evaluate(() => navigator.serviceWorker.ready);
    assert.equal(await kept(), 1);
    // Now its files come through the service worker.
    await page.reload();
    await page.locator("#sequence").scrollIntoViewIfNeeded();
    await page.locator("#sequence[data-started]").waitFor();
    await page.locator("#sequence select").selectOption("train-137");
    await shows(page, "train-137");
    assert.equal(await kept(), 2);
  });

  test("the first, the last and those at the ends of files are the right ones", async () => {
    const page = await open("ul=even");
    for (const id of ["train-0", "train-19", "train-20", "train-269", "test-369"]) {
      await page.locator("#sequence select").selectOption(id);
      await shows(page, id);
    }
  });

  test("the last choice wins, also if an earlier one arrives later", async () => {
    const page = await open("ul=even");
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
    const page = await open("ul=even");
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

forEachBrowser("sections that wait", (_, open) => {
  test("fetch nothing before they come near", async () => {
    const page = await open();
    const own = /layernorm-(sequence|quantized)|(sequence|integers)-panel|speaker|utterances/;
    const names = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    assert.ok((await names()).filter((name) => own.test(name)).length >= 6, "after they came near");
    const fresh = await page.context().newPage();
    await fresh.addInitScript(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
    await fresh.goto(page.url());
    await fresh.waitForFunction(() => "started" in document.querySelector("#use").dataset);
    const early = await fresh.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
    // The index of the utterances is what section 3 trains with.
    assert.deepEqual(early.filter((name) => own.test(name) && !/_virtual_utterances/.test(name)), []);
  });
});

forEachBrowser(
  "the maps on paper",
  (_, open) => {
    test("have the colours of paper, whatever the screen's are", async () => {
      const page = await open("ul=even", { colorScheme: "dark" });
      const lightness = () =>
        page.locator('#sequence [data-map="x"] canvas[role=img]').evaluate((canvas) => {
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
