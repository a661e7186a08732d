// A bar of the row follows the hand at once, on a slow processor too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { forEachBrowser } from "../../harness/session.mjs";
import { slowdown } from "../../harness/slow.mjs";

forEachBrowser(
  "speed",
  (_, open) => {
    test("a drag is seen within 50 ms, on the processor of a phone", async () => {
      const page = await open("step=5");
      const client = await page.context().newCDPSession(page);
      const rate = await slowdown(page.context().browser());
      await client.send("Emulation.setCPUThrottlingRate", { rate });
      const plot = page.locator('[data-strip="x"] .strip-plot');
      await plot.evaluate((element) => element.scrollIntoView({ block: "center" }));
      await page.evaluate(() => {
        window.waits = [];
        // The work is done when the message arrives that was sent in the frame after the move.
        addEventListener("pointermove", (event) => requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => window.waits.push(performance.now() - event.timeStamp);
          port2.postMessage("");
        }), { capture: true });
      });
      const box = await plot.boundingBox();
      const at = (i) => page.mouse.move(box.x + box.width * 0.2, box.y + box.height * (0.5 + 0.4 * Math.sin(i)));
      await at(0);
      await page.mouse.down();
      // The best of three drags: other programs may take the machine for a moment.
      const medians = [];
      for (let drag = 0; drag < 3; drag++) {
        await page.evaluate(() => (window.waits = []));
        for (let i = 0; i < 25; i++) {
          await at(i);
          await page.waitForTimeout(20);
        }
        const waits = (await page.evaluate(() => window.waits)).sort((a, b) => a - b);
        assert.ok(waits.length >= 20, `${waits.length} moves`);
        medians.push(waits[waits.length >> 1]);
      }
      await page.mouse.up();
      assert.ok(Math.min(...medians) <= 50, `${medians.map(Math.round)} ms`);
      console.log(`# ${rate.toFixed(1)} times slower: a drag is seen after ${medians.map(Math.round)} ms`);
    });
  },
  ["chromium"],
);
