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

/** Opens the page and waits until every section is alive. */
export async function open(page, address, hash = "") {
  await page.goto(address + (hash && `#${hash}`));
  const alive = () => [...document.querySelectorAll("main > section")].every(({ dataset }) => "started" in dataset || "failed" in dataset);
  // Half a minute was too short once, for a Firefox on a busy machine.
  await page.waitForFunction(alive, undefined, { timeout: 60_000 });
}
