// The reader predicts, sees, and is told why; the tasks know when they are done.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaint, evaluate } from "../harness/equations.mjs";
import { reference } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const text = (page) => page.locator(".coach-text").textContent();
const title = (page) => page.locator(".coach-title").textContent();
const button = (page, name) => page.locator("#row-coach").getByRole("button", { name });
const sliders = (page, strip) => page.locator(`[data-strip="${strip}"] .bar`).evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("aria-valuenow"))));
const NUMBER = String.raw`[−\d.\u202f]+\d|\d`;

/** "You placed μ at 1. It is 1.45: yours is 0.45 too small." */
function placed(told) {
  const [, said, is, off, way] = new RegExp(`placed .+? at (${NUMBER})\\. It is (${NUMBER}): yours is (${NUMBER}) too (large|small)`).exec(told) ?? assert.fail(told);
  const difference = evaluate(said) - evaluate(is);
  assert.ok(Math.abs(Math.abs(difference) - evaluate(off)) < 1e-9, told);
  assert.equal(way, difference > 0 ? "large" : "small");
  return evaluate(said);
}

forEachBrowser("before each step the reader predicts", (_, open) => {
  test("all five, with the keyboard, right and wrong", async () => {
    const page = await open();
    assert.equal(await title(page), "Before step 1");
    const guess = page.locator(".guess-slider input");
    await guess.focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    assert.equal(placed(await text(page)), 1);
    const answers = [["μ grows by 1 too", "Right"], [undefined, "σ is"], ["doubles", "Not so"], ["any scale and place", "Right"]];
    for (const [i, [answer, verdict]] of answers.entries()) {
      // The focus is on "Next step", and then on the first of what comes.
      await page.keyboard.press("Enter");
      assert.equal(await title(page), `Before step ${i + 2}`);
      assert.equal(await page.locator(".step:not(.unrevealed)").count(), i + 1);
      await (answer ? button(page, answer) : button(page, "Reveal")).focus();
      await page.keyboard.press("Enter");
      assert.ok((await text(page)).startsWith(verdict), await text(page));
      assert.equal(await page.locator(".step:not(.unrevealed)").count(), i + 2);
    }
    await page.keyboard.press("Enter");
    assert.equal(await title(page), "Two tasks");
  });

  test("μ and σ by their grips in the plot", async () => {
    const page = await open();
    const drag = async (at) => {
      const [grip, plot] = [page.locator(".grip"), page.locator('[data-strip="x"] .strip-plot')];
      await plot.evaluate((element) => element.scrollIntoView({ block: "center" }));
      const [from, box] = [await grip.boundingBox(), await plot.boundingBox()];
      await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
      await page.mouse.down();
      await page.mouse.move(from.x + from.width / 2, box.y + box.height * at, { steps: 3 });
      await page.mouse.up();
      await button(page, "Reveal").click();
    };
    const before = await sliders(page, "x");
    await drag(0.25);
    assert.ok(Math.abs(placed(await text(page)) - 2) <= 0.1);
    await button(page, "Next step").click();
    await button(page, "Just show it").click();
    await button(page, "Next step").click();
    // The mean is at 1.45, and this is 3.
    await drag(0.125);
    assert.ok(Math.abs(placed(await text(page)) - 1.55) <= 0.1);
    assert.deepEqual(await sliders(page, "x"), before);
  });

  test("nothing of a step is seen before it is revealed", async () => {
    const page = await open();
    const seen = () => page.locator("#row").evaluate((row) => row.querySelector(".live").innerText + [...row.querySelectorAll(".live [aria-label]")].map((each) => each.getAttribute("aria-label")).join());
    const x = await sliders(page, "x");
    const { mean, hat } = reference(x, 1e-5);
    assert.ok(!(await seen()).includes(mean.toFixed(2)));
    await page.locator(".step").nth(2).click();
    assert.ok((await seen()).includes(mean.toFixed(2)));
    assert.ok(!(await seen()).includes(Math.abs(hat[0]).toFixed(3)));
    await page.locator(".step").nth(3).click();
    assert.ok((await seen()).includes(Math.abs(hat[0]).toFixed(3)));
  });

  test("who does not want to guess sees every step at once, and can be asked again", async () => {
    const page = await open();
    await button(page, "Show every step").click();
    assert.equal(await page.locator(".step.unrevealed").count(), 0);
    await page.locator('[data-preset="outlier"]').click();
    assert.equal(await page.locator(".step.unrevealed").count(), 0);
    await button(page, "Ask me the steps again").click();
    assert.equal(await title(page), "Before step 1");
  });
});

forEachBrowser("tasks", (_, open) => {
  test("y equals x with γ = √(σ² + ε) and β = μ", async () => {
    const page = await open("seen=5&step=5");
    await button(page, "Make y equal x").click();
    const progress = page.locator(".coach-progress");
    const off = async () => {
      const [x, gamma, beta] = await Promise.all(["x", "gamma", "beta"].map((strip) => sliders(page, strip)));
      const { y } = reference(x, 1e-5, gamma, beta);
      return Math.max(...y.map((value, i) => Math.abs(value - x[i])));
    };
    const says = Number(/up to ([\d.]+)\. Bring/.exec(await progress.textContent())[1]);
    assert.ok(Math.abs(says - (await off())) <= 0.05, `${says}`);
    await page.locator('[data-strip="gamma"] .bar').nth(4).focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowUp");
    assert.deepEqual(await sliders(page, "gamma"), Array(12).fill(Math.fround(1.3)));
    assert.doesNotMatch(await progress.textContent(), /Done/);
    await page.locator('[data-strip="beta"] .bar').nth(4).focus();
    for (let i = 0; i < 14; i++) await page.keyboard.press("ArrowUp");
    const done = await progress.textContent();
    assert.match(done, /^Done: y is x to within/);
    assert.ok((await off()) <= 0.1 * 1.3232, `${await off()}`);
    const [equation] = /√\([^)]*\) [=≈] [\d.]*\d/.exec(done);
    assert.equal(complaint(`root = ${equation}`), undefined);
    // The live region says so, once the hand rests.
    await page.locator('#row [role="status"]').filter({ hasText: "Done" }).waitFor({ state: "attached" });
    await button(page, "Done").click();
    assert.equal(await title(page), "Two tasks");
  });

  test("a row that γ and β cannot reach is changed for one they can", async () => {
    const page = await open("p=large&step=5");
    await button(page, "Make y equal x").click();
    assert.equal(await page.locator('[data-preset="ordinary"]').getAttribute("aria-pressed"), "true");
  });

  test("ε is neither too small for the noise nor too large for a signal", async () => {
    const page = await open("seen=5&step=5");
    await button(page, "Choose ε").click();
    assert.equal(await page.locator("#row-epsilon .slider-value").textContent(), "0");
    const noise = await sliders(page, "x");
    const signal = [1.2, 2.6, 0.4, 3.1, 1.8, -0.6, 2.2, 0.9, 3.4, 1.5, -1.1, 2];
    const spread = (values) => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
    const epsilon = page.locator("#row-epsilon input");
    await epsilon.focus();
    const reached = [];
    for (let position = 0; position <= 53; position++) {
      const set = await page.locator("#row-epsilon .slider-value").textContent();
      const value = evaluate(set);
      const holds = reference(noise, value).rstd <= 10 && spread(reference(signal, value).hat) >= 0.99;
      const says = (await page.locator(".coach-progress").textContent()).startsWith("Done");
      assert.equal(says, holds, `ε = ${set}`);
      if (says) reached.push(value);
      await page.keyboard.press("ArrowRight");
    }
    assert.deepEqual(reached, [0.01, 0.018, 0.032]);
  });

  test("a task is left by its button, by Back and by an example", async () => {
    const page = await open("p=nearly&e=0&task=epsilon");
    assert.equal(await title(page), "Choose ε");
    await button(page, "Leave the task").click();
    assert.equal(await title(page), "Two tasks");
    await button(page, "Choose ε").click();
    await page.locator('[data-preset="speech"]').click();
    assert.equal(await title(page), "Two tasks");
  });
});
