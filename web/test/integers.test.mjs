// What "In integers" says of results and of their errors is so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { number, reference, table, withExponents } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";
import { until } from "../harness/until.mjs";

const FORMATS = { f32: {}, i8: { least: -128, most: 127, zero: 0, input: 2 ** -5, output: 2 ** -4 }, u8: { least: 0, most: 255, zero: 128, input: 2 ** -5, output: 2 ** -4 }, i16: { least: -32768, most: 32767, zero: 0, input: 2 ** -8, output: 2 ** -12 } };
const ROWS = ["usual", "far", "narrow", "wide", "constant", "outlier"];
const EPSILON = Math.fround(1e-3);
const numbers = (text) => [...text.replaceAll("−", "-").matchAll(/-?[\d.\u202f]+/g)].map(([word]) => number(word));

/** Follows the link, and waits until the table is that of its state. */
async function stateOf(page, hash) {
  const say = page.locator("#integers .train-say").first();
  await follow(page, hash);
  // What is shown follows once the choice rests.
  await page.waitForTimeout(300);
  const rows = (await table(page, "#integers")).map((row) => row.map(number));
  const counts = await page.locator("#integers .errors tbody tr").evaluateAll((all) => all.map((row) => [...row.querySelectorAll(".count")].map(({ textContent }) => Number(textContent))));
  const cards = await page.locator("#integers .lane").evaluateAll((all) => all.map((card) => [card.querySelector(".lane-right").textContent, card.querySelector(".lane-note").textContent]));
  for (const card of cards) card[0] = withExponents(card[0]).replace(/\s/g, "");
  return { rows, counts, cards, say: await say.textContent(), verdict: await page.locator("#integers [role=status]").textContent() };
}

forEachBrowser("integers", (_, open) => {
  test("every result is as far from exact as it says, and the package's codes at most half a step", async () => {
    const page = await open("integers&qn=64");
    for (const [format, { least, most, zero, input, output }] of Object.entries(FORMATS)) {
      for (const row of ROWS) {
        const what = `${format}, ${row}`;
        const { rows, counts, cards, say } = await stateOf(page, `integers&qf=${format}&qr=${row}&qn=64&qe=${EPSILON}`);
        assert.equal(rows.length, 64, what);
        assert.match(say, / 24 rows of 64\.$/);
        for (const side of [0, 1]) assert.equal(counts.reduce((sum, own) => sum + own[side], 0), 24 * 64, what);
        // In doubles, which are good to 2^-40 for all of these rows but for the largest numbers, whose squares they hold as well.
        const x = rows.map(([, value]) => (format === "f32" ? Math.fround(value) : (value - zero) * input));
        const { hat } = reference(x, EPSILON);
        rows.forEach(([element, , exact, ours, error, usual, other], i) => {
          const expected = format === "f32" ? hat[i] : Math.min(most, Math.max(least, hat[i] / output + zero));
          assert.ok(Math.abs(exact - expected) <= 1e-7 * Math.max(1, Math.abs(expected)), `${what}: element ${element} is ${expected}, not ${exact}`);
          const unit = format === "f32" ? 2 ** (Math.floor(Math.log2(Math.max(1, Math.abs(expected)))) - 23) : 1;
          for (const [result, said] of [[ours, error], [usual, other]]) {
            // An f32 has the nine digits that are shown; of the exact one twelve are.
            const off = ((format === "f32" ? Math.fround(result) : result) - exact) / unit;
            if (Number.isNaN(said)) assert.ok(Number.isNaN(result), what);
            else assert.ok(Math.abs(off - said) <= 0.006 * Math.abs(said) + 1e-4, `${what}: element ${element} is off by ${off}, not ${said}`);
          }
          if (format !== "f32") assert.ok(Math.abs(ours - exact) <= 0.5 + 1e-6, `${what}: ${ours} instead of ${exact}`);
          else assert.ok(Math.abs(error) <= 4, `${what}: off by ${error}`);
        });
        if (format !== "f32") assert.equal(counts[0][0], 24 * 64, what);
        assert.ok(number(cards[0][0]) <= (format === "f32" ? 4 : 0.5), what);
        if (format !== "f32" && row !== "outlier") assert.match(cards[0][1], / 0 of 1536 at the end/);
      }
    }
  });

  test("the rows break what is usual as the texts say", async () => {
    const page = await open("integers");
    const worst = async (hash) => {
      const { cards, verdict } = await stateOf(page, `integers&${hash}`);
      return { worst: cards[1][0] === "nonumber" ? Infinity : number(cards[1][0]), verdict };
    };
    // N a power of two, or not.
    assert.ok((await worst("qn=1024")).worst < 3);
    assert.ok((await worst("qn=768")).worst > 100);
    assert.ok((await worst("qn=768&qr=narrow")).worst > 10_000);
    // A mean and a deviation in whole numbers; a code that wraps.
    assert.ok((await worst("qf=i8&qr=narrow")).worst > 20);
    assert.ok((await worst("qf=i8&qr=outlier")).worst > 200);
    // One pass in f32.
    const far = await worst("qf=f32&qr=far");
    assert.ok(far.worst > 1e6);
    assert.match(far.verdict, /off by more than 10 to the power 7 times/);
    assert.ok((await worst("qf=f32&qr=wide")).worst > 1e6);
    const constant = await worst("qf=f32&qr=constant");
    assert.equal(constant.worst, Infinity);
    assert.equal(constant.verdict, "What is usual gives results that are no numbers here.");
    // And where nothing breaks, it says so.
    assert.equal((await worst("qf=i8&qr=constant")).verdict, "Here what is usual is as good.");
  });

  test("codes beyond the end are the last code, and are counted", async () => {
    const page = await open("integers");
    const { rows, cards } = await stateOf(page, "integers&qf=i8&qr=outlier&qn=768");
    assert.match(cards[0][1], /; 2 of 1536 at the end of their range$/);
    assert.equal(rows[5][3], 127);
    assert.ok(rows[5][5] < 0, "the other one wraps");
  });

  test("Back undoes, Reset resets, what was chosen last is what is shown", async () => {
    const page = await open("integers");
    const first = await stateOf(page, "integers");
    await page.locator('#integers input[value="u8"]').check();
    await page.waitForFunction(() => location.hash === "#integers&qf=u8");
    await page.locator('#integers input[value="narrow"]').check();
    await page.waitForFunction(() => location.hash === "#integers&qf=u8&qr=narrow");
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => document.querySelector('#integers input[value="far"]').checked);
    await until("the row of before", async () => /around 100/.test(await page.locator("#integers .train-say").first().textContent()));
    await page.locator("#integers .reset").click();
    await page.waitForTimeout(300);
    assert.deepEqual(numbers((await stateOf(page, "integers")).cards.join()), numbers(first.cards.join()));
  });
});
