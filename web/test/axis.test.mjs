// "Who shares a mean?": the numbers and the sets are those of the definitions, and all can be reached.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { number, table } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";
import { atFirst, batches, change, expected, LENGTHS, sets } from "../harness/axis-reference.mjs";
import { chooseEach, tableAt } from "../harness/axis-picture.mjs";

const NORMS = ["layer", "batch", "rms", "group", "instance"];
const LINKS = [
  {},
  { spoiled: true },
  { shifted: true },
  { lengths: "unequal" },
  { lengths: "one" },
  { batch: 1 },
  { batch: 1, lengths: "one" },
  { batch: 3, lengths: "unequal" },
  { inference: true },
  { inference: true, spoiled: true },
  { batch: 5, lengths: "unequal", spoiled: true, shifted: true },
];
const KEYS = { batch: "ab", lengths: "al", spoiled: "as", shifted: "ad", inference: "ai", norm: "an", cell: "ac", view: "av" };
const link = (values) => `axis${Object.entries(values).map(([key, value]) => `&${KEYS[key]}=${value}`).join("")}`;
const placeOf = (name) => name.split(".").map(Number);

function close(actual, wanted, tolerance, what) {
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${what}: ${actual} instead of ${wanted}`);
}

/** The table by the names of its columns; a cell's place is three numbers from 1. */
async function cells(page, hash) {
  await page.locator("#axis details").evaluate((details) => (details.open = true));
  await page.locator("#axis tbody tr").first().waitFor({ state: "attached" });
  return (await page.evaluate(tableAt, [hash]))[0];
}

const toggle = (page, name) => page.locator(`#axis [data-toggle="${name}"]`);
const chosen = (page) => page.locator('#axis [aria-selected="true"]').getAttribute("aria-label");
const notes = (page) => page.locator("#axis .recording-note").allTextContents();

forEachBrowser("who shares a mean", (_, open) => {
  test("x, μ, σ and y are those of the definitions, whatever is done to the batch", async () => {
    const page = await open("axis&an=rms");
    await table(page, "#axis");
    const cases = NORMS.flatMap((norm) => LINKS.map((values) => ({ norm, values, hash: link({ ...values, norm }) })));
    const tables = await page.evaluate(tableAt, cases.map(({ hash }) => hash));
    cases.forEach(({ norm, values, hash }, i) => {
      const wanted = expected(norm, values);
      const first = expected(norm, atFirst(values));
      assert.deepEqual(tables[i].map(({ name }) => name).sort(), [...wanted.keys()].sort(), hash);
      for (const row of tables[i]) {
        const { x, mean, spread, y } = wanted.get(row.name);
        assert.equal(number(row.x), x, `${hash}, x of ${row.name}`);
        close(number(norm === "rms" ? row.rms : row["σ"]), spread, 2e-6, `${hash}, σ or rms of ${row.name}`);
        if (norm !== "rms") close(number(row["μ"]), mean, 2e-6, `${hash}, μ of ${row.name}`);
        close(number(row.y), y, 4e-6, `${hash}, y of ${row.name}`);
        close(number(row["y at first"]), first.get(row.name).y, 4e-6, `${hash}, first y of ${row.name}`);
      }
    });
  });

  test("the cells that light up are those of the set, in the picture and its outlines", async () => {
    const page = await open("axis");
    for (const norm of NORMS) {
      for (const lengths of Object.keys(LENGTHS)) {
        await follow(page, link({ norm, lengths }));
        for (const { name, lit, outlined } of await page.evaluate(chooseEach, 5)) {
          const wanted = sets(norm, { lengths }).find((set) => set.includes(name)).sort();
          assert.deepEqual(lit.sort(), wanted, `${norm}, ${lengths}, ${name}: lit`);
          assert.deepEqual(outlined.sort(), wanted, `${norm}, ${lengths}, ${name}: outlined`);
        }
      }
    }
  });

  test("every equation holds from the numbers it shows", async () => {
    const page = await open("axis");
    const relations = { "=": 0, "≈": 0 };
    for (const norm of NORMS) {
      for (const values of LINKS) {
        await follow(page, link({ ...values, norm }));
        for (const { name, equation, looks, y } of await page.evaluate(chooseEach, 13)) {
          const parts = /^\((\S+?)(?: − \(?(\S+?)\)?)?\) \/ √\((.+) \+ 10 to the power −5\) (.) (.+)$/.exec(equation);
          assert.ok(parts, `${norm}: ${equation}`);
          const [x, mean, square, result] = [parts[1], parts[2] ?? "0", parts[3], parts[5]].map((text) => number(text.replace("·10 to the power ", "e")));
          const error = Math.abs((x - mean) / Math.sqrt(square + 1e-5) - result);
          // "=": to half of the last digit. "≈": to the last digit, because the package rounds to f32.
          const unit = result === 0 ? 2e-6 : 10 ** -(/\.(\d+)/.exec(parts[5])?.[1].length ?? 0);
          const most = parts[4] === "≈" ? unit : result === 0 ? 0 : 0.500001 * unit;
          assert.ok(error <= most, `${norm}, ${name}: ${equation}`);
          relations[parts[4]]++;
          const seen = equation.replace(/^\((.*)\) \/ √\((.*)\) (.) /, "$1$2 $3 ");
          assert.equal(looks, seen, "the same to see and to hear");
          assert.equal(y, seen.split(" ").at(-1));
        }
      }
    }
    assert.ok(relations["≈"] < relations["="] / 100, `${relations["≈"]} hold only nearly`);
  });

  test("a spoiled example moves the others under batch norm in training, and under no other norm", async () => {
    const page = await open("axis");
    for (const norm of NORMS) {
      for (const inference of [false, true]) {
        // Switched on in the page, so that what is compared is what the reader sees change.
        const before = await cells(page, link({ norm, inference, view: "after" }));
        await toggle(page, "spoiled").click();
        const after = await cells(page);
        const moved = after.filter((row, i) => row.y !== before[i].y && placeOf(row.name)[0] !== 3);
        assert.equal(moved.length, norm === "batch" && !inference ? 7 * 24 : 0, `${norm}, ${inference}`);
      }
    }
  });

  test("the notes and the verdict have the largest change of y", async () => {
    const page = await open("axis");
    const cases = [
      ["layer", { spoiled: true }, /^Example 3 is noise now, up to ±10\. Every y of the other examples is the same to the last bit\.$/],
      ["batch", { spoiled: true }, /^Example 3 is noise now, up to ±10\. The y of all 7 other examples moved, by up to ([\d.]+)\.$/],
      ["batch", { spoiled: true, inference: true }, /In inference, every y of the other examples is the same to the last bit\.$/],
      ["batch", { inference: true }, /^The y of all 8 examples moved, by up to ([\d.]+)\.$/],
      ["layer", { inference: true }, /^Every y is the same to the last bit\.$/],
      ["rms", { shifted: true }, /^The y of all 8 examples moved, by up to ([\d.]+)\.$/],
      ["layer", { shifted: true }, /^Every y is the same, but for rounding\.$/],
      ["instance", { lengths: "unequal" }, /^The y of 6 of 8 examples moved, by up to ([\d.]+)\.$/],
    ];
    for (const [norm, values, words] of cases) {
      await follow(page, link({ norm, ...values }));
      const wanted = change(norm, values);
      assert.deepEqual(await notes(page), wanted.map((most) => (most < 0.0005 ? "y as before" : `y moved ${most.toFixed(2)}`)));
      const most = Math.max(...wanted.filter((_, example) => !(values.spoiled && example === 2)));
      const said = words.exec(await page.locator(".axis-verdict").textContent());
      assert.ok(said, `${norm}: ${await page.locator(".axis-verdict").textContent()}`);
      if (said[1]) assert.equal(said[1], most.toFixed(3));
    }
  });

  test("batch norm of one example at one step gives β", async () => {
    const page = await open(link({ norm: "batch", lengths: "one", view: "after" }));
    const slider = page.locator("#axis input[type=range]");
    await slider.focus();
    await slider.press("Home");
    assert.deepEqual((await cells(page)).map((row) => [row.name, row["σ"], row.y]), [1, 2, 3, 4].map((f) => [`1.${f}.1`, "0", "0"]));
    assert.match(await page.locator(".axis-verdict").textContent(), /σ = 0, and y = β/);
    await page.locator('#axis input[value="layer"]').check();
    assert.ok((await cells(page)).every((row) => row.y === row["y at first"] && row.y !== "0"));
  });
});

forEachBrowser("who shares a mean, by hand", (_, open) => {
  test("arrows, Home, End, Page and the corners reach every cell", async () => {
    const page = await open("axis");
    await page.locator('#axis [aria-selected="true"]').focus();
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
      const label = await chosen(page);
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), label, "the focus is on the chosen cell");
      return label.match(/\d+/g).slice(0, 3).join(".");
    };
    assert.equal(await press("ArrowRight"), "1.2.4");
    assert.equal(await press("ArrowUp"), "1.1.4");
    assert.equal(await press("ArrowUp"), "1.1.4");
    assert.equal(await press("End"), "1.1.6");
    assert.equal(await press("ArrowRight"), "2.1.1");
    assert.equal(await press("PageDown", "PageDown"), "4.1.1");
    assert.equal(await press("End", "ArrowRight"), "4.1.6");
    assert.equal(await press("ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"), "8.1.6");
    assert.equal(await press("PageDown"), "8.1.6");
    assert.equal(await press("Home", "ArrowLeft"), "7.1.6");
    assert.equal(await press("ArrowUp"), "3.4.6");
    assert.equal(await press("Control+End"), "8.4.6");
    assert.equal(await press("Control+Home"), "1.1.1");
    assert.equal(await press("PageUp"), "1.1.1");
  });

  test("arrows keep to the cells that are there", async () => {
    const page = await open(link({ lengths: "unequal", cell: "1.1.6" }));
    await page.locator('#axis [aria-selected="true"]').focus();
    await page.keyboard.press("PageDown");
    assert.match(await chosen(page), /^example 2, feature 1, step 4:/);
    for (let i = 0; i < 6; i++) await page.keyboard.press("PageDown");
    assert.match(await chosen(page), /^example 8, feature 1, step 1:/);
  });

  test("seven stops of the Tab key at most, and one live region", async () => {
    const page = await open(link({ spoiled: true }));
    const stops = await page.evaluate(() => {
      const groups = new Set();
      for (const element of document.querySelectorAll("#axis :is(a[href], button, input, summary, [tabindex])")) {
        if (element.tabIndex < 0 || element.disabled || element.checkVisibility?.() === false) continue;
        groups.add(element.type === "radio" ? element.name : element);
      }
      return groups.size;
    });
    assert.ok(stops <= 7, `${stops} stops`);
    // <output> is one too.
    assert.equal(await page.locator("#axis :is([role=status], [role=alert], [aria-live]:not([aria-live=off]), output)").count(), 1);
  });

  test("the toolbar is walked with arrows and pressed with Space", async () => {
    const page = await open("axis");
    await toggle(page, "spoiled").focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Space");
    assert.equal(await toggle(page, "shifted").getAttribute("aria-pressed"), "true");
    await page.keyboard.press("End");
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Reset");
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.evaluate(() => document.activeElement.dataset.toggle), "spoiled");
  });

  test("Back undoes, Forward redoes, Reset puts all back", async () => {
    const page = await open("axis");
    const reset = page.locator("#axis .reset");
    const usual = await cells(page);
    assert.ok(await reset.isDisabled());
    await page.locator('#axis input[value="batch"]').check();
    await page.waitForTimeout(800);
    await toggle(page, "spoiled").click();
    await page.waitForTimeout(800);
    const spoiled = await cells(page);
    assert.notDeepEqual(spoiled, usual);
    await page.goBack();
    await page.waitForFunction(() => document.querySelector('[data-toggle="spoiled"]').getAttribute("aria-pressed") === "false");
    assert.ok(await page.locator('#axis input[value="batch"]').isChecked());
    await page.goForward();
    await page.waitForFunction(() => document.querySelector('[data-toggle="spoiled"]').getAttribute("aria-pressed") === "true");
    assert.deepEqual(await cells(page), spoiled);
    await reset.click();
    assert.deepEqual(await cells(page), usual);
    assert.ok(await reset.isDisabled());
  });

  test("a link shows what its sender saw, and a broken one the defaults", async () => {
    const page = await open(link({ norm: "group", cell: "2.3.4", view: "change", batch: 3, lengths: "unequal", spoiled: true, shifted: true, inference: true }));
    assert.match(await chosen(page), /^example 2, feature 3, step 4:/);
    for (const name of ["spoiled", "shifted", "unequal", "inference"]) assert.equal(await toggle(page, name).getAttribute("aria-pressed"), "true", name);
    for (const value of ["group", "change"]) assert.ok(await page.locator(`#axis input[value="${value}"]`).isChecked(), value);
    assert.equal(await page.locator("#axis input[type=range]").inputValue(), "2");
    await follow(page, "axis&an=none&ac=9.9.9&ab=0&al=two&as=1&av=x");
    assert.match(await chosen(page), /^example 1, feature 2, step 3:/);
    assert.ok(await page.locator("#axis .reset").isDisabled());
  });
});

forEachBrowser("who shares a mean, on a phone", (name, open) => {
  const phone = { viewport: { width: 360, height: 800 }, ...(name === "chromium" && { hasTouch: true }) };

  test("cells are large enough for a finger, and a tap chooses one", async () => {
    const page = await open("axis", phone);
    const cell = page.locator('#axis [data-index]').filter({ has: page.locator(".cell-hit") }).nth(100);
    const box = await cell.locator(".cell-hit").boundingBox();
    assert.ok(box.width >= 23.99 && box.height >= 23.99, `${box.width} × ${box.height} px`);
    await cell.scrollIntoViewIfNeeded();
    const { x, y, width, height } = await cell.locator(".cell-hit").boundingBox();
    const [left, top] = [x + width / 2, y + height / 2];
    if (name === "chromium") await page.touchscreen.tap(left, top);
    else await page.mouse.click(left, top);
    assert.equal(await cell.getAttribute("aria-selected"), "true");
  });

  test("nothing scrolls sideways, with all open", async () => {
    const page = await open(link({ norm: "batch", spoiled: true, shifted: true, cell: "3.1.1" }), phone);
    await table(page, "#axis");
    const [content, room] = await page.locator("#axis").evaluate((section) => [section.scrollWidth, section.clientWidth]);
    assert.ok(content <= room, `${content} px in ${room} px`);
  });
});

test("the still figure is of the same batch", async () => {
  const html = await readFile(new URL("../dist/index.html", import.meta.url), "utf8");
  const figure = /<figure class="still axis-still">(.*?)<\/figure>/s.exec(html)[1];
  const { shown } = batches();
  const panels = figure.split("<svg ").slice(1);
  assert.equal(panels.length, 3);
  for (const panel of panels) {
    const drawn = [...panel.matchAll(/class="(plus|minus)"[^>]*fill-opacity="([\d.]+)"/g)].map(([, sign, size]) => (sign === "minus" ? -size : +size));
    // By example, step, feature.
    const wanted = shown.flatMap((features) => features[0].flatMap((_, step) => features.map((row) => Number(Math.max(-1, Math.min(1, row[step] / 3)).toFixed(2)))));
    assert.deepEqual(drawn.map((value) => value || 0), wanted.map((value) => value || 0));
  }
  assert.deepEqual(panels.map((panel) => panel.match(/class="set"/g).length), [1, 8, 1]);
});
