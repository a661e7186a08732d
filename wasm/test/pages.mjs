// Pages of a project in Chromium. CHROMIUM names the browser where it is not in its usual place.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after } from "node:test";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
  .concat(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
const CSP = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; base-uri 'none'";
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

export const launch = (...flags) =>
  chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: [...FLAGS, ...flags] });

/** Serves built pages under a policy that allows nothing which is not needed, until the tests end; their address. `report` gets what they post. */
export async function serve(folder, headers = {}, report = () => {}) {
  const server = createServer(async (request, response) => {
    if (request.method === "POST") {
      const parts = await request.toArray();
      response.writeHead(204).end();
      return report(String(Buffer.concat(parts)));
    }
    const file = join(folder, new URL(request.url, "http://page").pathname);
    const body = await readFile(file).catch(() => undefined);
    const kind = KINDS[extname(file)] ?? "text/plain";
    response.writeHead(body ? 200 : 404, { "content-type": kind, "content-security-policy": CSP, ...headers }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

/** What `read` finds in the page once there is something, and the page's complaints. */
export async function result(address, browser, read = () => globalThis.result) {
  const page = await browser.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  try {
    await page.goto(address);
    await page.waitForFunction(read, undefined, { timeout: 20_000 }).catch((error) => {
      throw new Error(`${error.message}\n${complaints.join("\n")}`);
    });
    return { computed: await page.evaluate(read), complaints };
  } finally {
    await page.close();
  }
}
