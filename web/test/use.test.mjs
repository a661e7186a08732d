// What "Use it" tells people to write does what the page says, as it is written there.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { follow } from "../harness/browsers.mjs";
import { byCargo, inNode } from "../harness/programs.mjs";
import { reference } from "../harness/read.mjs";
import { forEachBrowser } from "../harness/session.mjs";

const STATES = [
  // The row that the page opens with.
  "",
  // Some γ, all β, no ε.
  "g=1,1,1,1,2,1,1,1,-1,1,1,0.333333343&b=0.1,0,0,0,0,0,0,0.5,0.5,0.5,0,-3&e=0",
  // Constant lists, whole numbers and a large ε.
  "p=constant&g=2,2,2,2,2,2,2,2,2,2,2,2&b=-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1,-1&e=2",
  // Powers of ten, with a sign for zero.
  "p=huge&b=1e-30,0,0,0,-0,0,0,0,0,0,0,1e30",
  "p=large&e=1e-12",
  // The smallest numbers.
  "x=1e-45,-0,0,2e-45,1.17549435e-38,0,0,0,0,0,0,1e-44&e=0",
];

const text = (page, target) => page.locator(`#use-panel-${target} .start-code .code`).nth(1).locator("code").textContent();

async function textsOf(page, state) {
  await follow(page, state || "in=web");
  // They follow once the row rests, and timers of a page end in their order.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 200)));
  return { web: await text(page, "web"), rust: await text(page, "rust"), firmware: await text(page, "firmware") };
}

/** The row, γ, β and ε of a state, in doubles of the f32 that the page holds. */
function valuesOf(state, x) {
  const given = new URLSearchParams(state);
  const list = (key, usual) => given.get(key)?.split(",").map((word) => Math.fround(Number(word))) ?? Array(12).fill(usual);
  return { x: given.has("x") ? list("x") : x, gamma: list("g", 1), beta: list("b", 0), epsilon: Math.fround(Number(given.get("e") ?? 1e-5)) };
}

/** The numbers of the array that `declared` begins. */
function arrayIn(program, declared) {
  const body = program.slice(program.indexOf(declared) + declared.length);
  const filled = /^new Float32Array\((\d+)\)\.fill\((.*?)\)/.exec(body) ?? /^\[(\S+); (\d+)\]/.exec(body);
  if (filled) {
    const [length, value] = body.startsWith("new") ? [filled[1], filled[2]] : [filled[2], filled[1]];
    return Array(Number(length)).fill(Math.fround(Number(value)));
  }
  return body.slice(body.search(/[([]/) + 1, body.search(/[)\]]/)).split(",").filter((word) => word.trim()).map((word) => Math.fround(Number(word)));
}

function close(actual, expected, tolerance, what) {
  assert.equal(actual.length, expected.length, what);
  actual.forEach((value, i) => {
    const off = Math.abs(value - expected[i]);
    assert.ok(off <= tolerance * Math.max(1, Math.abs(expected[i])), `${what}, element ${i}: ${value} instead of ${expected[i]}`);
  });
}

const shown = new Map();

forEachBrowser("starts", (browser, open) => {
  test("hold the reader's own row, γ, β and ε", async () => {
    const page = await open();
    const all = [];
    for (const state of STATES) {
      const { web, rust, firmware } = await textsOf(page, state);
      all.push({ web, rust, firmware });
      const own = valuesOf(state, arrayIn(web, "const x = "));
      const rowOfPage = await page.locator('[data-strip="x"] .bar').evaluateAll((bars) => bars.map((bar) => Number(bar.getAttribute("aria-valuenow"))));
      const places = [[web, "const x = ", "const gamma = ", "const beta = "], [rust, "let x = ", "let gamma = ", "let beta = "], [firmware, "ROW: [f32; 12] = ", "GAMMA: [f32; 12] = ", "BETA: [f32; 12] = "]];
      for (const [program, x, gamma, beta] of places) {
        assert.deepEqual(arrayIn(program, x), own.x, `x of ${state}`);
        // An attribute has no sign for 0.
        assert.deepEqual(own.x.map((value) => value + 0), rowOfPage.map(Math.fround), `x of ${state}`);
        // What is 1 or 0 throughout is left out.
        assert.equal(program.includes(gamma), own.gamma.some((value) => value !== 1), `γ of ${state}\n${program}`);
        assert.equal(program.includes(beta), own.beta.some((value) => value !== 0), `β of ${state}\n${program}`);
        if (program.includes(gamma)) assert.deepEqual(arrayIn(program, gamma), own.gamma);
        if (program.includes(beta)) assert.deepEqual(arrayIn(program, beta), own.beta);
        const epsilon = /epsilon(?:: |\()([^ )]+)/.exec(program)[1];
        assert.equal(Math.fround(Number(epsilon)), own.epsilon, `ε of ${state}`);
      }
      assert.ok(web.split("\n").length <= 24 && rust.split("\n").length <= 32, "they are short");
    }
    shown.set(browser, all);
  });

  test("are copied as shown, or selected where that is not allowed", async () => {
    const page = await open();
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => void (window.copied = text) } }));
    const [install, program] = await page.locator("#use-panel-web .copy").all();
    await program.click();
    assert.equal(await page.evaluate(() => window.copied), await text(page, "web"));
    assert.equal(await page.locator("#use [role=status]").textContent(), "Copied the start for Web and Node.");
    await page.evaluate(() => (navigator.clipboard.writeText = () => Promise.reject(new Error("not here"))));
    await install.click();
    assert.equal(await page.evaluate(() => String(getSelection())), "npm install layernorm");
    assert.equal(await page.locator("#use [role=status]").count(), 1);
  });

  test("without scripts they hold the row that the page opens with", async () => {
    const page = await open();
    const { web, rust, firmware } = await textsOf(page, STATES[0]);
    const still = await page.locator("#use .still [data-start]").evaluateAll((all) => all.map((each) => each.textContent));
    assert.deepEqual(still, [web, rust, firmware]);
  });
});

forEachBrowser("what it costs", (_, open) => {
  test("badge: variant, bytes, start", async () => {
    const page = await open();
    assert.equal(await page.locator("#badge-variant").textContent(), "simd128");
    assert.match(await page.locator("#badge-bytes").textContent(), /^\d+\.\d kB$/);
    assert.match(await page.locator("#badge-init").textContent(), /^\d+\.\d ms$/);
  });

  test("sizes and boards are those of the tables that programs wrote", async () => {
    const page = await open();
    const cells = (target) =>
      page.locator(`#use-panel-${target} tbody tr`).evaluateAll((rows) => rows.map((row) => Array.from(row.cells, (cell) => cell.textContent)));
    const sizes = await readFile(new URL("../../wasm/README.md", import.meta.url), "utf8");
    for (const [name, ...kilobytes] of await cells("web")) {
      const stated = Array.from(sizes.matchAll(new RegExp("^\\| a page that imports `" + name + "` (?!from `layernorm/mixed`).*\\| ([\\d.]+) kB \\|$", "gm")), ([, size]) => size);
      assert.deepEqual(kilobytes.filter((text) => text !== "–"), stated, name);
    }
    await page.locator("#use-tab-firmware").click();
    const boards = (await readFile(new URL("../../firmware/README.md", import.meta.url), "utf8")).split("\n");
    const wanted = {
      flash: (type) => boards.find((line) => line.startsWith(`| LayerNorm | ${type} |`) && line.split("|").length === 7),
      stack: (type) => boards.find((line) => line.startsWith(`| hard | LayerNorm | ${type} |`) && line.split("|").length === 8),
    };
    let kind = "";
    let compared = 0;
    for (const [type, ...values] of await cells("firmware")) {
      if (values.length === 0) kind = type.split(",")[0];
      if (values.length === 0 || !(kind in wanted)) continue;
      compared++;
      const small = wanted[kind](type).split("|").slice(-4, -1).map((cell) => Number(cell.split(",").at(-1)));
      assert.deepEqual(values, kind === "flash" ? small.map((bytes) => (bytes / 1000).toFixed(1)) : small.map(String), `${kind}, ${type}`);
    }
    assert.equal(compared, 6);
  });

  test("the speed is that of the table that the benchmark wrote", async () => {
    const page = await open();
    const said = (await page.locator("#use .section-head").textContent()).replace(/\s+/g, " ");
    const [, nanoseconds, times] = said.match(/a row of 64 took (\d+) ns, and 512 rows of 768 were done (\d+) times as fast as by ONNX/);
    const results = await readFile(new URL("../../benches/RESULTS.md", import.meta.url), "utf8");
    assert.equal(nanoseconds, results.match(/\| a resident call of the package \| Chromium, 1×64 \|[^|]*\| (\d+) ns \|/)[1]);
    assert.equal(times, String(Math.floor(Number(results.match(/\| time of onnxruntime-web \/ ours \| Chromium, 512×768 \|[^|]*\| ([\d.]+) \|/)[1]))));
  });

  test("a chosen tab is in the link, and arrows choose", async () => {
    const page = await open("in=firmware");
    assert.ok(await page.locator("#use-panel-firmware").isVisible());
    await page.locator("#use-tab-firmware").focus();
    await page.keyboard.press("ArrowRight");
    assert.ok(await page.locator("#use-panel-web").isVisible());
    assert.equal(await page.locator('#use [role="tab"][tabindex="0"]').count(), 1);
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    assert.deepEqual(await page.locator('#use [role="tabpanel"]:visible').evaluateAll((all) => all.map(({ id }) => id)), ["use-panel-rust"]);
  });
});

test("the starts run as shown, and give layer norm, with the same bits in all three", async (context) => {
  const [texts, others] = [shown.get("chromium"), shown.get("firefox")];
  assert.deepEqual(others, texts, "both browsers show the same programs");
  const [web, { computer, firmware, board }] = await Promise.all([
    inNode(texts.map(({ web }) => web)),
    byCargo(
      texts.map(({ rust }) => rust),
      texts.map(({ firmware }) => firmware),
    ),
  ]);
  for (const [i, state] of STATES.entries()) {
    const { x, gamma, beta, epsilon } = valuesOf(state, arrayIn(texts[i].web, "const x = "));
    const { y } = reference(x, epsilon, gamma, beta);
    close(web[i], y, 2 ** -21, `in Node, ${state}`);
    assert.deepEqual(computer[i], web[i], `the program in Rust, ${state}`);
    assert.deepEqual(firmware[i], web[i], `the function for firmware, ${state}`);
    if (board) assert.deepEqual(board[i], web[i], `on the board, ${state}`);
  }
  if (!board) context.diagnostic("no qemu-system-arm here: the firmware was linked, but not run");
});
