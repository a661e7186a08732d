// The bench compares, then measures, and says no more than its table.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { number, table } from "../harness/read.mjs";
import { serve } from "../harness/serve.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const WIDTHS = [12, 64, 256, 768, 1024, 4096];

async function policy() {
  const page = await readFile(new URL("../dist/index.html", import.meta.url), "utf8");
  return /Content-Security-Policy" content="([^"]+)"/.exec(page)[1].replaceAll("&#39;", "'");
}

/** Rows of the table as numbers: width, rows, then LayerNorm with simd128, scalar, layerNorm(), plain, ONNX Runtime. */
const measured = async (page) => (await table(page, "#bench")).map((row) => row.map(number));

function claimed(list) {
  if (list === "nowhere") return [];
  return list === "at every width" ? WIDTHS : list.match(/\d+/g).map(Number);
}

/** What a sentence says of the loop, against ratios of the table; whichever rounding could turn may be either way. */
function holds(list, ratios, what) {
  WIDTHS.forEach((width, i) => {
    if (Math.abs(ratios[i] / 1.1 - 1) > 0.02) assert.equal(claimed(list).includes(width), ratios[i] < 1.1, `${what}, ${width}: ${ratios[i]}, “${list}”`);
  });
}

forEachBrowser("bench", (_, open) => {
  test("with a peer, where every answer has the page's policy: compared, timed, in words", async () => {
    const page = await open();
    const strict = await serve({ headers: { "content-security-policy": await policy() } });
    try {
      await page.goto(strict.address);
      await page.locator("#use[data-started]").waitFor();
      const fetched = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      assert.ok(!(await fetched()).some((name) => /ort|onnx/.test(name)), "nobody has asked for the peer");
      await page.locator("#bench-peer").click();
      await page.locator('#bench-verdict[data-agreed="true"]').waitFor({ timeout: 90_000 });
      await page.locator("#bench-run:enabled").waitFor();

      const verdict = await page.locator("#bench-verdict").textContent();
      assert.match(verdict, /^Both builds agree in every bit.*plain JavaScript is within [\d.]+ of them, ONNX Runtime Web is within [\d.]+ of them\.$/);
      const rows = await measured(page);
      assert.deepEqual(rows.map(([width]) => width), [...WIDTHS, ...WIDTHS]);
      assert.ok(rows.every((row) => row.length === 7 && row.every((value) => value > 0)), "every contender has a rate everywhere");
      assert.deepEqual(rows.map(([, count]) => count), [...WIDTHS.map((width) => Math.round(65536 / width)), ...WIDTHS.map(() => 1)]);

      const sentences = await page.locator(".bench-words li").allTextContents();
      assert.equal(sentences.length, 2);
      for (const [i, sentence] of sentences.entries()) {
        const own = rows.slice(i * WIDTHS.length, (i + 1) * WIDTHS.length);
        const [, copying, resident] = /as layerNorm\(\) (.+), and as LayerNorm (.+?)\./.exec(sentence);
        holds(copying, own.map((row) => row[4] / row[5]), "layerNorm()");
        holds(resident, own.map((row) => row[2] / row[5]), "LayerNorm");
      }
      const [rate, scalar, plain, onnx] = (await page.locator("#bench .figures dd").allTextContents()).map((text) => number(text.replace("×", "")));
      const typical = rows[WIDTHS.indexOf(768)];
      const near = (actual, expected) => assert.ok(Math.abs(actual / expected - 1) < 0.06, `${actual} for ${expected}`);
      near(rate, typical[2]);
      near(scalar, typical[2] / typical[3]);
      near(plain, typical[4] / typical[5]);
      near(onnx, typical[4] / typical[6]);

      // Each line of the chart has its name, and its place on the scale.
      for (const chart of await page.locator("svg.bench-chart").all()) assert.equal(await chart.locator("polyline").count(), 5);
      const box = await page.locator("#bench").evaluate((element) => element.scrollWidth - element.clientWidth);
      assert.equal(box, 0, "nothing sticks out");
    } finally {
      await strict.close();
    }
  });
});
