// Loads the page once, tries every panel, and prints what it computed for test-0 as the bits of f32.
import { BROWSERS, complaints, open } from "./harness/browsers.mjs";
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

async function utteranceLines(page) {
  await page.locator("#utterance-table summary").click();
  await page.locator("#utterance-table input").check();
  return page.locator("#utterance-table tbody tr").evaluateAll((rows) =>
    rows.map((row) => {
      const [frame, mean, rstd, ...y] = Array.from(row.cells, (cell) => cell.textContent);
      return `utterance test-0 frame ${frame} mean ${mean} rstd ${rstd} y ${y.join(",")}`;
    }),
  );
}
