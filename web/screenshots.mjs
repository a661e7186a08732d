// Writes screenshots/, the pictures of this folder's README and of the project's, and public/preview.png, which other sites show with a link.
// Arguments: sections, "readme" or "preview"; all without them.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { BROWSERS, open } from "./harness/browsers.mjs";
import { serve } from "./harness/serve.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const SCREENS = { desktop: { width: 1280, height: 900 }, phone: { width: 360, height: 800 } };
const SCHEMES = ["light", "dark"];
/** Each section in a state that shows what it is about. */
const SECTIONS = {
  layers: "layers&w=0.7",
  row: "row&step=5&g=1,1,1,1,2,1,1,1,-1,1,1,1&b=0,0,0,0,0,0,0,0.5,0.5,0.5,0,0",
  axis: "axis",
  train: "train",
  place: "place",
  sequence: "sequence",
  integers: "integers",
  use: "use",
};
/** What is trained before its picture is taken. */
const PLAYED = {
  train: [['input[value="layer"]', ".play"]],
  place: ["pre", "post", "none"].map((place) => [`input[value="${place}"]`, ".play"]),
};
const PREVIEW = { width: 1200, height: 630 };
/** For the preview: the title and the figure, large. */
const POSTER = `
  .install, #rail, #layers .section-head, #layers-table, .layers-why, .reset, .layers-axis { display: none !important; }
  .layers-layout { grid-template-columns: 1fr !important; }
  #layers { padding-top: 0 !important; }
  .layers-plot { height: 14.5rem !important; }
`;

/** All of them, or those named on the command line. */
const wanted = process.argv.slice(2);
const isWanted = (name) => wanted.length === 0 || wanted.includes(name);

const server = await serve();
const browser = await BROWSERS.chromium();

/** The page with all sections alive, at rest. */
async function visit(hash, viewport, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
  await open(page, server.address, hash);
  await page.evaluate(() => document.fonts.ready);
  return page;
}

async function write(page, name, options) {
  await page.screenshot({ path: path(name), ...options });
  console.log(name);
}

async function play(page, id, clicks) {
  for (const selector of clicks) await page.locator(`#${id} ${selector}`).click();
  await page.locator(`#${id} .play`, { hasText: "Play again" }).waitFor({ timeout: 180_000 });
}

/** A section with the page's margins, without the contents that would lie over it. */
async function section(page, id) {
  await page.locator("#rail").evaluate((rail) => (rail.style.position = "static"));
  const box = await page.locator(`#${id}`).evaluate((element) => {
    const { top, height } = element.getBoundingClientRect();
    return { top: top + scrollY, height };
  });
  return { fullPage: true, clip: { x: 0, y: box.top, width: page.viewportSize().width, height: box.height } };
}

try {
  await mkdir(path("screenshots/"), { recursive: true });
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    for (const scheme of SCHEMES) {
      for (const [id, hash] of Object.entries(SECTIONS)) {
        if (!isWanted(id)) continue;
        const page = await visit(hash, viewport, scheme);
        for (const clicks of PLAYED[id] ?? []) await play(page, id, clicks);
        await write(page, `screenshots/${id}-${screen}-${scheme}.png`, await section(page, id));
        await page.close();
      }
    }
  }
  if (isWanted("readme")) await write(await visit("w=0.7", SCREENS.desktop, "light"), "screenshots/readme.png");
  if (isWanted("preview")) {
    const poster = await visit("w=0.7", PREVIEW, "light");
    await poster.evaluate((rules) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(rules);
      document.adoptedStyleSheets = [sheet];
    }, POSTER);
    await write(poster, "public/preview.png");
  }
} finally {
  await browser.close();
  await server.close();
}
