// The browsers of the system, headless. playwright-core drives a stock Firefox through WebDriver BiDi.
import { existsSync } from "node:fs";
import { chromium, firefox } from "playwright-core";

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const BROWSERS = {
  chromium: () =>
    chromium.launch({ executablePath: program("CHROMIUM", "chromium", "google-chrome"), args: CHROMIUM_FLAGS }),
  firefox: () =>
    firefox.launch({ channel: "moz-firefox", executablePath: program("FIREFOX", "firefox-esr", "firefox") }),
};

/** What the variable names, or else the first that is installed. */
function program(variable, ...names) {
  const found = process.env[variable] || names.map((name) => `/usr/bin/${name}`).find((path) => existsSync(path));
  if (!found) throw new Error(`no ${names[0]} here: install it, or name one in the variable ${variable}`);
  return found;
}

/** Collects whatever a page complains about: errors of its own, of the console, and requests that fail. */
export function complaints(page) {
  const found = [];
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => found.push(`request failed: ${request.url()}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") found.push(`console: ${message.text()}`);
  });
  return found;
}

/** Follows another link in a page that is open. */
export async function follow(page, hash) {
  if (hash === (await page.evaluate(() => location.hash.slice(1)))) return;
  await page.evaluate((text) => {
    const heard = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
    location.hash = text;
    return heard;
  }, hash);
}

/** Opens the page and waits until every section is alive. Some start only when they come near: they are scrolled to, and back. */
export async function open(page, address, hash = "") {
  await page.goto(address + (hash && `#${hash}`));
  // Half a minute was too short once, for a Firefox on a busy machine.
  const alive = (late) => page.waitForFunction(isAlive, late, { timeout: 60_000 });
  await alive(LATE);
  const at = await page.evaluate(() => scrollY);
  for (const id of LATE) {
    await page.evaluate((id) => document.getElementById(id).scrollIntoView({ behavior: "instant" }), id);
    await alive(LATE.slice(LATE.indexOf(id) + 1));
  }
  await page.evaluate((top) => scrollTo({ top, behavior: "instant" }), at);
}

const LATE = ["sequence", "integers"];

/** In the page: whether all but `late` have started or failed. */
function isAlive(late) {
  return [...document.querySelectorAll("main > section")].every(({ id, dataset }) => late.includes(id) || "started" in dataset || "failed" in dataset);
}
