// Everything can be done with a mouse, a finger, or the keyboard alone; and undone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { frames, number, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const PHONE = { viewport: { width: 360, height: 800 } };

const bar = (page, strip, i) => page.locator(`[data-strip="${strip}"] .bar`).nth(i);
const value = async (page, strip, i) => Number(await bar(page, strip, i).getAttribute("aria-valuenow"));
const row = (page) => page.locator('[data-strip="x"] .bar').evaluateAll((bars) => bars.map((each) => Number(each.getAttribute("aria-valuenow"))));

const values = (page) => page.locator("#row .bar").evaluateAll((bars) => bars.map((each) => each.getAttribute("aria-valuenow")));

async function plotBox(page, strip) {
  const plot = page.locator(`[data-strip="${strip}"] .strip-plot`);
  await plot.evaluate((element) => element.scrollIntoView({ block: "center" }));
  return plot.boundingBox();
}

async function drag(page, strip, from, to) {
  const box = await plotBox(page, strip);
  await page.mouse.move(box.x + box.width * from[0], box.y + box.height * from[1]);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to[0], box.y + box.height * to[1], { steps: 4 });
  await page.mouse.up();
}

forEachBrowser("mouse", (_, open) => {
  test("a dragged bar follows, and the others stay", async () => {
    const page = await open();
    const before = await row(page);
    // Half of the way from the middle to the top, and into the neighbour's column on the way.
    await drag(page, "x", [2.5 / 12, 0.5], [3.6 / 12, 0.25]);
    const after = await row(page);
    assert.ok(Math.abs(after[2] - 2) < 0.1, `dragged to ${after[2]}`);
    assert.deepEqual(after.toSpliced(2, 1), before.toSpliced(2, 1));
  });

  test("where bars lie, they are dragged sideways", async () => {
    const page = await open("", PHONE);
    const before = await row(page);
    await drag(page, "x", [0.5, 2.5 / 12], [0.75, 3.6 / 12]);
    const after = await row(page);
    assert.ok(Math.abs(after[2] - 2) < 0.1, `dragged to ${after[2]}`);
    assert.deepEqual(after.toSpliced(2, 1), before.toSpliced(2, 1));
  });

  test("a bar stops at the edge of its plot", async () => {
    const page = await open("p=huge");
    await drag(page, "x", [0.5 / 12, 0.5], [0.5 / 12, -0.5]);
    assert.equal(await value(page, "x", 0), Math.fround(3.4e38));
  });

  test("γ and β move y alone", async () => {
    const page = await open("step=5");
    const before = await table(page, "#row");
    await drag(page, "gamma", [0.5 / 12, 0.5], [0.5 / 12, 0.1]);
    await drag(page, "beta", [1.5 / 12, 0.5], [1.5 / 12, 0.1]);
    const after = await table(page, "#row");
    assert.deepEqual(after.map((each) => each[2]), before.map((each) => each[2]));
    assert.notEqual(after[0][5], before[0][5]);
    assert.notEqual(after[1][5], before[1][5]);
    assert.equal(after[2][5], before[2][5]);
  });

  test("a frame is chosen on the map and opened in the bars", async () => {
    const page = await open("u=test-3&ul=even");
    const x = await frames("test-3");
    const map = page.locator('#sequence [data-map="hat"] canvas[role=img]');
    await map.scrollIntoViewIfNeeded();
    const box = await map.boundingBox();
    await page.mouse.click(box.x + (box.width * 4.5) / x.length, box.y + 10);
    await page.getByRole("button", { name: "Open this frame" }).click();
    const shown = (await table(page, "#row")).map((each) => number(each[1]));
    shown.forEach((v, i) => assert.ok(Math.abs(v - x[4][i]) < 1e-5, `${v} instead of ${x[4][i]}`));
  });
});

/** A finger that goes from one place to another, as the browser's own gestures see it. */
async function swipe(page, from, [dx, dy]) {
  const client = await page.context().newCDPSession(page);
  const at = (t) => [{ x: Math.round(from.x + dx * t), y: Math.round(from.y + dy * t) }];
  await client.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(0) });
  for (let step = 1; step <= 8; step++) await client.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(step / 8) });
  await client.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await page.waitForTimeout(300);
}

forEachBrowser(
  "touch",
  (_, open) => {
    const touch = { hasTouch: true, isMobile: true, ...PHONE };
    const centre = (box) => ({ x: box.x + box.width / 2, y: box.y + box.height * (5.5 / 12) });

    test("a tap sets a bar", async () => {
      const page = await open("", touch);
      const box = await plotBox(page, "x");
      await page.touchscreen.tap(box.x + box.width * 0.75, box.y + (box.height * 5.5) / 12);
      assert.ok(Math.abs((await value(page, "x", 5)) - 2) < 0.1);
    });

    test("a finger along a bar moves it, and not the page", async () => {
      const page = await open("", touch);
      const box = await plotBox(page, "x");
      const top = await page.evaluate(() => scrollY);
      await swipe(page, centre(box), [box.width / 4, 3]);
      assert.ok(Math.abs((await value(page, "x", 5)) - 2) < 0.1, `${await value(page, "x", 5)}`);
      assert.equal(await page.evaluate(() => scrollY), top);
    });

    for (const [where, viewport] of [["lie", PHONE.viewport], ["would stand without a finger", { width: 1024, height: 700 }]]) {
      test(`a swipe over bars scrolls the page and changes nothing, where they ${where}`, async () => {
        const page = await open("step=5", { ...touch, viewport });
        for (const strip of ["x", "hat", "gamma", "beta", "y"]) {
          const before = await values(page);
          const box = await plotBox(page, strip);
          const top = await page.evaluate(() => scrollY);
          await swipe(page, centre(box), [4, -150]);
          assert.ok((await page.evaluate(() => scrollY)) > top + 60, `${strip}: the page stays`);
          assert.deepEqual(await values(page), before, strip);
        }
      });
    }

    test("a finger that is neither still nor along the bar sets nothing", async () => {
      const page = await open("", touch);
      const before = await row(page);
      const box = await plotBox(page, "x");
      await swipe(page, centre(box), [4, 12]);
      assert.deepEqual(await row(page), before);
    });
  },
  ["chromium"],
);

forEachBrowser("keyboard", (_, open) => {
  test("arrows, Page and Home and End move a bar", async () => {
    const page = await open("p=outlier");
    await bar(page, "x", 1).focus();
    const press = async (key) => {
      await page.keyboard.press(key);
      return value(page, "x", 1);
    };
    assert.equal(await press("ArrowUp"), 0.5);
    assert.equal(await press("ArrowDown"), -2);
    assert.equal(await press("Shift+ArrowDown"), -2.25);
    assert.equal(await press("PageDown"), -14.75);
    assert.equal(await press("End"), 100);
    assert.equal(await press("Home"), -100);
    assert.equal(await press("ArrowDown"), -100);
  });

  test("arrows along the bars go to the next", async () => {
    for (const [options, next, more] of [[{}, "ArrowRight", "ArrowUp"], [PHONE, "ArrowDown", "ArrowRight"]]) {
      const page = await open("", options);
      await bar(page, "gamma", 0).focus();
      await page.keyboard.press(next);
      await page.keyboard.press(more);
      assert.deepEqual([await value(page, "gamma", 0), await value(page, "gamma", 1)], [1, Math.fround(1.1)]);
      assert.match(await page.locator('[data-strip="gamma"] .bar[tabindex="0"]').getAttribute("aria-label"), /^γ 2$/);
    }
  });

  for (const [state, hash, most] of [["at first", "", 9], ["with all steps revealed", "seen=5&step=5", 9], ["in a task", "task=equal&step=5", 9]]) {
    test(`Tab has at most ${most} stops in the row, ${state}`, async () => {
      const page = await open(hash);
      await page.locator("#row h2 a").focus();
      const stops = [];
      for (;;) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(() => {
          const at = document.activeElement;
          return at.closest("#row") && (at.getAttribute("aria-label") || at.textContent.trim());
        });
        if (!stop) break;
        stops.push(stop);
      }
      assert.ok(stops.length <= most, stops.join(", "));
      for (const name of ["An ordinary row", "x 1", "γ 1", "β 1", "ε, under the root", "The row as a table"]) assert.ok(stops.includes(name), `${name}: ${stops.join(", ")}`);
    });
  }

  test("steps, examples and sliders work from the keyboard", async () => {
    const page = await open();
    await page.locator(".step").first().focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    assert.equal(await page.locator(".step").nth(3).getAttribute("aria-current"), "step");
    await page.locator('[data-preset="ordinary"]').focus();
    for (const key of ["ArrowRight", "ArrowRight", "Space"]) await page.keyboard.press(key);
    await page.locator(".step").nth(3).click();
    assert.match(await page.locator('[data-strip="hat"] .strip-plot').getAttribute("aria-label"), /^x̂: (0, ){11}0$/);
    const frame = page.locator(".utterance-play input");
    await frame.focus();
    await page.keyboard.press("ArrowLeft");
    assert.match(await page.locator(".frame-readout").first().textContent(), /^frame 17:/);
  });
});

forEachBrowser("undo", (_, open) => {
  const rests = (page) => page.waitForTimeout(750);
  /** As the browser's buttons do; the driver of Firefox waits for a load, which a page that stays has not. */
  const go = (page, by) =>
    page.evaluate((delta) => {
      const gone = new Promise((resolve) => addEventListener("popstate", resolve, { once: true }));
      history.go(delta);
      return gone.then(() => undefined);
    }, by);

  test("Back takes a drag back, and Forward does it again", async () => {
    const page = await open();
    const before = await row(page);
    await drag(page, "x", [2.5 / 12, 0.5], [2.5 / 12, 0.25]);
    const after = await row(page);
    await rests(page);
    await go(page, -1);
    assert.deepEqual(await row(page), before);
    await go(page, 1);
    assert.deepEqual(await row(page), after);
  });

  test("Reset puts the section back, and has nothing to do then", async () => {
    const page = await open();
    const reset = page.locator("#row .reset");
    assert.ok(await reset.isDisabled());
    const before = await row(page);
    await page.locator('[data-preset="outlier"]').click();
    await bar(page, "beta", 2).press("ArrowUp");
    await reset.click();
    assert.deepEqual(await row(page), before);
    assert.equal(await value(page, "beta", 2), 0);
    assert.ok(await reset.isDisabled());
  });

  test("an example sets x, ε, γ, β and the step", async () => {
    const page = await open("p=outlier&step=5&g=2,2,2,2,2,2,2,2,2,2,2,2&b=1,1,1,1,1,1,1,1,1,1,1,1&e=0.1");
    await page.locator('[data-preset="ordinary"]').click();
    assert.deepEqual([await value(page, "x", 0), await value(page, "gamma", 0), await value(page, "beta", 0)], [Math.fround(1.2), 1, 0]);
    assert.equal(await page.locator(".step").first().getAttribute("aria-current"), "step");
    assert.equal(await page.locator("#row-epsilon .slider-value").textContent(), "10 to the power −5");
  });

  test("an example is marked as long as it is the row shown", async () => {
    const page = await open("p=speech");
    const chip = page.locator('[data-preset="speech"]');
    assert.equal(await chip.getAttribute("aria-pressed"), "true");
    assert.match(await page.locator("#row .lesson").textContent(), /6\.4 ms of a voice/);
    await bar(page, "x", 3).press("ArrowUp");
    assert.equal(await chip.getAttribute("aria-pressed"), "false");
    assert.doesNotMatch(await page.locator("#row .lesson").textContent(), /voice/);
  });
});
