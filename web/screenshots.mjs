// Writes web/screenshots/: the pictures of this folder's README and of the project's.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BROWSERS, open } from "./harness/browsers.mjs";
import { serve } from "./harness/serve.mjs";

const OUT = fileURLToPath(new URL("screenshots/", import.meta.url));
const ROW = "step=3&g=1,1,1,1,2,1,1,1,-1,1,1,1&b=0,0,0,0,0,0,0,0.5,0.5,0.5,0,0";

const PICTURES = [
  { name: "readme", width: 1280, height: 1196, colorScheme: "light", hash: ROW },
  { name: "dark", width: 1280, height: 1196, colorScheme: "dark", hash: ROW },
  { name: "sequence", width: 1280, colorScheme: "light", hash: "u=train-137&f=9", panel: "#sequence" },
  { name: "phone", width: 360, height: 1150, colorScheme: "light", hash: "p=outlier&step=4" },
];

/** The panel with the page's margins. */
async function around(page, panel) {
  const { top, height } = await page.locator(panel).evaluate((element) => {
    const box = element.getBoundingClientRect();
    return { top: box.top + scrollY, height: box.height };
  });
  return { fullPage: true, clip: { x: 0, y: top, width: page.viewportSize().width, height } };
}

await mkdir(OUT, { recursive: true });
const server = await serve();
const browser = await BROWSERS.chromium();
try {
  for (const { name, width, height = 900, colorScheme, hash, panel } of PICTURES) {
    const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" });
    await open(page, server.address, hash);
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: `${OUT}${name}.png`, ...(panel && (await around(page, panel))) });
    console.log(`screenshots/${name}.png`);
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
