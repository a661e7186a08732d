// Every equation of the row holds as it is displayed, and says what layer norm says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { complaint, evaluate, resultOf, unit } from "../harness/equations.mjs";
import { reference } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const WIDTH = 12;
const ROWS = 64;
const PRESETS = ["ordinary", "speech", "constant", "nearly", "outlier", "large", "huge"];

/** Mulberry32: the same rows in every run. */
function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function links() {
  const next = random(22);
  const pick = (...among) => among[Math.floor(next() * among.length)];
  const bell = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const row = (make) => Array.from({ length: WIDTH }, () => Math.fround(make()));
  const kinds = [
    () => row(() => bell() * 10 ** pick(-6, -3, -1, 0, 1, 3, 6) + pick(0, 0, 1, -30, 1000)),
    () => row(() => Math.round(bell() * pick(1, 10, 100))),
    () => row(() => Number((bell() * 2).toFixed(1))),
    () => row(() => 1e7 + Math.round(bell() * 5)),
    () => row(() => bell() * 1e38),
    () => row(() => 2.5 + bell() * 1e-4),
    () => Array(WIDTH).fill(Math.fround(bell() * 10)),
    () => row(() => (next() < 0.1 ? 1000 * bell() : bell())),
  ];
  const random_ = Array.from({ length: ROWS - PRESETS.length }, () => {
    const x = pick(...kinds)();
    const g = row(() => pick(1, Number((bell() * 2).toFixed(2)), bell()));
    const b = row(() => pick(0, Number(bell().toFixed(2)), bell()));
    return `x=${x}&g=${g}&b=${b}&e=${pick(0, 1e-12, 1e-5, 1.8e-3, 0.1, 10)}`;
  });
  return [...PRESETS.map((preset) => `p=${preset}&e=${pick(0, 1e-5)}`), ...random_].map((link) => link.replaceAll("e+", "e"));
}

/** Everything in one call: follows each link, chooses elements, drags bars, and reads. */
async function readings(page, hashes) {
  return page.evaluate(async (all) => {
    const read = (element, hash) => ({
      hash,
      element,
      lines: Array.from(document.querySelectorAll("#row .step-numbers, #row .gain"), (place) =>
        Array.from(place.querySelectorAll(".equation"), (line) => line.textContent).filter(Boolean),
      ),
      sliders: Object.fromEntries(
        ["x", "gamma", "beta"].map((strip) => [strip, Array.from(document.querySelectorAll(`[data-strip="${strip}"] .bar`), (bar) => Number(bar.getAttribute("aria-valuenow")))]),
      ),
      epsilon: Number(new URLSearchParams(hash).get("e")),
    });
    const bars = [...document.querySelectorAll('[data-strip="x"] .bar')];
    const plots = [...document.querySelectorAll("#row .editable .strip-plot")];
    const seen = [];
    for (const [i, hash] of all.entries()) {
      const heard = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      location.hash = hash;
      await heard;
      for (const element of [i % 12, (i + 5) % 12]) {
        bars[element].dispatchEvent(new FocusEvent("focus"));
        seen.push(read(element, hash));
      }
      plots.forEach((plot, k) => {
        const box = plot.getBoundingClientRect();
        const at = { clientX: box.left + (box.width * (i % 12 + 0.5)) / 12, clientY: box.top + box.height * ((i * 0.37 + k * 0.29) % 1) };
        for (const type of ["pointerdown", "pointerup"]) plot.dispatchEvent(new PointerEvent(type, { ...at, pointerId: 1, isPrimary: true, pointerType: "mouse" }));
        seen.push(read(i % 12, hash));
      });
    }
    return seen;
  }, hashes);
}

/** What the results should be, from the definitions in doubles: a pattern of the line, the value, and the size whose 2e-5 is rounding. */
function truth({ sliders, epsilon, element: i }) {
  const { x, gamma, beta } = sliders;
  const { mean, hat, y } = reference(x, Math.fround(epsilon), gamma, beta);
  const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length;
  const spread = Math.sqrt(variance);
  return [
    [/^μ/, mean, spread + 1e-4 * Math.abs(mean)],
    [/^d/, x[i] - mean, spread + 1e-4 * Math.abs(mean)],
    [/^σ to/, variance, 0],
    [/^σ =/, spread, 0],
    [/^x hat/, hat[i], 1],
    [/^y/, y[i], Math.abs(gamma[i]) + Math.abs(beta[i])],
  ];
}

forEachBrowser("the row's equations", (_, open) => {
  test("hold from the numbers as they are displayed, and are true", async () => {
    const page = await open("step=1");
    // Pointers made by a script cannot be captured.
    await page.evaluate(() => (Element.prototype.setPointerCapture = () => {}));
    const all = await readings(page, links());
    assert.equal(all.length, ROWS * 5);
    // Every drag made another row.
    assert.ok(new Set(all.map(({ sliders }) => JSON.stringify(sliders))).size >= 3 * ROWS);
    const wrong = [];
    let rough = 0;
    let count = 0;
    for (const reading of all) {
      const lines = reading.lines.flat().filter((line) => !/^(x hat\d+ is 0: 0 \/ 0 has no value|No (gain|bound))/.test(line));
      const expected = truth(reading);
      const undefined_ = reading.epsilon === 0 && expected[2][1] === 0;
      assert.equal(lines.length, undefined_ ? 5 : reading.epsilon === 0 ? 7 : 8, lines.join("\n"));
      wrong.push(...lines.map(complaint).filter(Boolean));
      rough += lines.filter((line) => line.includes("≈")).length;
      count += lines.length;
      for (const [name, value, size] of expected) {
        const line = lines.find((each) => name.test(each));
        if (!line) {
          assert.ok(undefined_ && name.source === "^x hat", `${name} is missing: ${reading.hash}`);
          continue;
        }
        const shown = evaluate(resultOf(line));
        const allowed = (shown === 0 ? 0 : unit(resultOf(line))) + 2e-5 * size;
        if (Math.abs(shown - value) > allowed) wrong.push(`${line}, and not ${value}: ${reading.hash}`);
      }
    }
    assert.deepEqual(wrong.slice(0, 10), [], `${wrong.length} of ${count}`);
    assert.ok(rough <= count / 50, `${rough} of ${count} are only near`);
  });
});
