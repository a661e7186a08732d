// While nets are trained the page answers as ever, and does not fill the memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BROWSERS, open } from "../../harness/browsers.mjs";
import { serve } from "../../harness/serve.mjs";
import { slowdown } from "../../harness/slow.mjs";

const TASK = 50;
/** A minute of training may take so many bytes more. */
const GROWTH = 5e6;
/** A third of a minute shows a leak as well; all of it in the slow tier. */
const SECONDS = process.env.LAYERNORM_FULL ? 60 : 20;

test(`${SECONDS} s of training: no task over ${TASK} ms on the processor of a phone, at most ${GROWTH / 1e6} MB a minute more`, async (t) => {
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
    const rate = await slowdown(browser);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate });
    // What is long in every run is the page's; another program may take the machine in one.
    const longest = [];
    const from = Date.now();
    while (Date.now() - from < 1000 * SECONDS) {
      await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"] });
      await run();
      longest.push(longestTask(JSON.parse((await browser.stopTracing()).toString()).traceEvents));
    }
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: 1 });
    const growth = (await heap()) - before;
    t.diagnostic(`${rate.toFixed(1)} times slower: the longest tasks of ${longest.length} runs ${longest.map((task) => task.toFixed(1)).join(", ")} ms, ${(growth / 1e6).toFixed(2)} MB more`);
    assert.ok(Math.min(...longest) <= TASK, `a task of ${Math.min(...longest)} ms in every run`);
    assert.ok(growth <= GROWTH, `${growth} bytes more`);
  } finally {
    await browser.close();
    await server.close();
  }
});

/** Of the page's main thread, in ms of that thread. */
function longestTask(events) {
  const main = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}.${tid}`));
  const tasks = events.filter(({ name, pid, tid }) => name.endsWith("RunTask") && main.has(`${pid}.${tid}`));
  assert.ok(tasks.length > 100, `${tasks.length} tasks were seen`);
  return Math.max(...tasks.map(({ tdur }) => (tdur ?? 0) / 1000));
}
