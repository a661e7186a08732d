// While nets are trained the page answers as ever, and does not fill the memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BROWSERS, open } from "../../harness/browsers.mjs";
import { serve } from "../../harness/serve.mjs";

const SLOWER = 4;
const TASK = 50;
/** A minute of training may take so many bytes more. */
const GROWTH = 5e6;
/** A third of a minute shows a leak as well; all of it in the slow tier. */
const SECONDS = process.env.LAYERNORM_FULL ? 60 : 20;

test(`${SECONDS} s of training: no task over ${TASK} ms at a quarter of the speed, at most ${GROWTH / 1e6} MB a minute more`, async (t) => {
  const server = await serve();
  const browser = await BROWSERS.chromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, serviceWorkers: "block" });
    await open(page, server.address, "train&ts=well");
    const cdp = await page.context().newCDPSession(page);
    await page.locator('#train input[value="watch"]').check();
    const heap = async () => {
      await cdp.send("HeapProfiler.collectGarbage");
      return (await cdp.send("Runtime.getHeapUsage")).usedSize;
    };
    // The first run makes what the others use again.
    const run = async () => {
      await page.locator("#train .play").click();
      await page.locator("#train .play", { hasText: "Play again" }).waitFor({ timeout: 120_000 });
    };
    await run();
    const before = await heap();
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
    await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
    const from = Date.now();
    let runs = 0;
    for (; Date.now() - from < 1000 * SECONDS; runs++) await run();
    const { traceEvents: events } = JSON.parse((await browser.stopTracing()).toString());
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    const growth = (await heap()) - before;
    const main = events.filter((event) => event.name === "thread_name" && event.args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}.${tid}`);
    const tasks = events.filter((event) => event.name.endsWith("RunTask") && main.includes(`${event.pid}.${event.tid}`)).map(({ tdur }) => (tdur ?? 0) / 1000).sort((a, b) => b - a);
    t.diagnostic(`${runs} runs: the longest tasks ${tasks.slice(0, 3).map((task) => task.toFixed(1)).join(", ")} ms, ${(growth / 1e6).toFixed(2)} MB more`);
    assert.ok(tasks.length > 100, `${tasks.length} tasks were seen`);
    assert.ok(tasks[0] <= TASK, `a task of ${tasks[0]} ms`);
    assert.ok(growth <= GROWTH, `${growth} bytes more`);
  } finally {
    await browser.close();
    await server.close();
  }
});
