// Thirty layers: without a norm the signal dies or explodes with g; with one its curve does not move.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { number, reference, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const [UNITS, LAYERS, EPSILON] = [32, 30, Math.fround(1e-5)];
const GRID = [0.5, 0.6, 0.7, 0.85, 1, 1.2, 1.4, 1.7, 2];

/** Mulberry32 and the Box–Muller transform, as the page says it draws its weights. */
function draws() {
  let state = 1;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const size = (h) => Math.sqrt(h.reduce((sum, value) => sum + value ** 2, 0) / h.length);
const many = (length, make) => Array.from({ length }, make);
const NORMS = {
  none: (a) => a,
  layer: (a) => reference(a, EPSILON).hat,
  rms: (a) => a.map((value) => value / Math.sqrt(size(a) ** 2 + EPSILON)),
};

function expected(g) {
  const draw = draws();
  const weights = many(LAYERS, () => many(UNITS, () => many(UNITS, () => draw() / Math.sqrt(UNITS))));
  const input = many(UNITS, draw);
  return Object.values(NORMS).map((norm) => {
    let h = input;
    return [size(h), ...weights.map((w) => size((h = norm(w.map((row) => g * row.reduce((sum, value, j) => sum + value * h[j], 0))).map((value) => Math.max(0, value)))))];
  });
}

/** One list of sizes for each norm. */
async function curves(page) {
  const rows = (await table(page, "#layers")).map((row) => row.map(number));
  assert.deepEqual(rows.map(([layer]) => layer), many(LAYERS + 1, (_, i) => i));
  return [1, 2, 3].map((column) => rows.map((row) => row[column]));
}

forEachBrowser("thirty layers", (_, open) => {
  test("the curves are those of the definition, and a norm's do not move with g", async () => {
    const page = await open();
    const all = [];
    for (const g of GRID) {
      await follow(page, `w=${g}`);
      const shown = await curves(page);
      expected(Math.fround(g)).forEach((sizes, norm) =>
        sizes.forEach((value, layer) => assert.ok(Math.abs(shown[norm][layer] / value - 1) < 1e-4, `g ${g}, ${Object.keys(NORMS)[norm]}, layer ${layer}: ${shown[norm][layer]}, not ${value}`)),
      );
      all.push(shown);
    }
    const ends = all.map(([none]) => none[LAYERS]);
    assert.ok(Math.log10(Math.max(...ends) / Math.min(...ends)) >= 8, `${ends}`);
    for (const norm of [1, 2]) {
      for (let layer = 0; layer <= LAYERS; layer++) {
        const sizes = all.map((shown) => shown[norm][layer]);
        assert.ok(Math.max(...sizes) / Math.min(...sizes) < 1.01, `layer ${layer}: ${sizes}`);
      }
    }
  });

  test("the slider moves the curve and its number from the keyboard, Back undoes it, and Reset too", async () => {
    const page = await open();
    const slider = page.locator("#layers-control input");
    const seen = () => page.evaluate(() => [document.querySelector("#layers .none.curve").getAttribute("d"), document.querySelector('[data-key="none"] .value').textContent].join());
    // Any key ends what moves by itself.
    await page.keyboard.press("Shift");
    const first = await seen();
    await slider.press("End");
    const exploded = await seen();
    assert.notEqual(exploded, first);
    assert.match(exploded, /,22870$/);
    await page.waitForFunction(() => location.hash === "#layers&w=2");
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => document.querySelector("#layers-control input").value === "60");
    assert.equal(await seen(), first);
    await page.evaluate(() => history.forward());
    await page.waitForFunction(() => document.querySelector("#layers-control input").value === "120");
    await page.locator("#layers-control .reset").click();
    assert.equal(await seen(), first);
    assert.ok(await page.locator("#layers-control .reset").isDisabled());
  });

  test("it moves once by itself, unless the link says where to be", async () => {
    const open_ = async (hash) => {
      const page = await open(hash);
      return page.evaluate(() => new Promise((resolve) => {
        const input = document.querySelector("#layers-control input");
        const seen = new Set([input.value]);
        const from = performance.now();
        const look = () => {
          seen.add(input.value);
          if (performance.now() - from < 600) requestAnimationFrame(look);
          else resolve(seen.size);
        };
        look();
      }));
    };
    assert.ok((await open_("")) > 3);
    assert.equal(await open_("w=0.7"), 1);
  });
});

forEachBrowser("a phone's first screen", (_, open) => {
  test("has the first control and its effect", async () => {
    const page = await open("w=0.7", { viewport: { width: 360, height: 800 } });
    for (const part of ["#layers-control input", ".layers-key", ".layers-plot"]) {
      const box = await page.locator(part).boundingBox();
      assert.ok(box.y + box.height <= 800, `${part} reaches from ${box.y} to ${box.y + box.height}`);
    }
  });
});
