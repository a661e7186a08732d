// Loads the page once, tries every panel, and prints what it computed for test-0 as the bits of f32.
import { BROWSERS, complaints, follow, open } from "./harness/browsers.mjs";
import { serve } from "./harness/serve.mjs";
import { takeSteps } from "./harness/states.mjs";

const server = process.env.DEMO_URL ? undefined : await serve();
const browser = await BROWSERS.chromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const found = complaints(page);
  await open(page, process.env.DEMO_URL ?? server.address);
  await tryRow(page);
  await takeSteps(page);
  await tryIntegers(page);
  await tryBench(page);
  const lines = await utteranceLines(page);
  if (found.length > 0) throw new Error(`the page complains:\n${found.join("\n")}`);
  console.log(lines.join("\n"));
} finally {
  await browser.close();
  await server?.close();
}

async function tryRow(page) {
  await page.locator('[data-preset="constant"]').click();
  await page.locator(".step").nth(3).click();
  const hats = await page.locator('[data-strip="hat"] .strip-plot').getAttribute("aria-label");
  if (!/^x̂: (0, ){11}0$/.test(hats)) throw new Error(`a constant row gives ${hats}`);
}

async function tryBench(page) {
  await page.locator("#bench-run").click();
  await page.locator('#bench-verdict[data-agreed="true"]').waitFor({ timeout: 60_000 });
}

/** A row that breaks what is usual, in 8 bits and in f32: the package's codes are at most half a step off. */
async function tryIntegers(page) {
  for (const format of ["i8", "f32"]) {
    await follow(page, `integers&qf=${format}&qr=narrow`);
    const verdict = page.locator("#integers [role=status]", { hasText: format === "i8" ? "off by up to" : "more than 10" });
    await verdict.waitFor({ timeout: 30_000 });
    const [ours, usual] = await page.locator("#integers .lane-right").allTextContents();
    const most = format === "i8" ? 0.5 : 4;
    if (!(Number(ours) <= most && usual !== ours)) throw new Error(`${format}: off by ${ours}, and what is usual by ${usual}`);
  }
}

/** The logits after every frame: those of f32 as bits. */
async function utteranceLines(page) {
  await follow(page, "sequence&ul=even");
  const table = page.locator("#sequence .table");
  await table.locator("summary").click();
  await table.locator("input").check();
  return table.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => {
      const [frame, ...cells] = Array.from(row.cells, (cell) => cell.textContent.replace("−", "-"));
      const [float, words, bytes] = [0, 9, 18].map((from) => cells.slice(from, from + 9).join(","));
      return `utterance test-0 louder 0 frame ${frame} f32 ${float} i16 ${words} i8 ${bytes}`;
    }),
  );
}
