// The package in pages that Vite makes, in Chromium. CHROMIUM names the browser where it is not in its usual place.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { extname, join } from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { build, createServer } from "vite";
import { project } from "./fixture.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
  .concat(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
const CSP = "default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; base-uri 'none'";
const KINDS = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
// As in entry-points.test.mjs.
const BITS = "bfabbab6,bee4f8f2,3ee4f8f2,3fabbab6,0,0,0,0";

const ROW = `export const row = (layerNorm) => {
  const y = layerNorm(new Float32Array([1, 2, 3, 4, 9, 9, 9, 9]), { width: 4 });
  return Array.from(new Uint32Array(y.buffer), (v) => v.toString(16)).join();
};`;
const INLINED = `import { backend, compiled, layerNorm } from "layernorm";
import { row } from "./row.js";
const here = \`\${backend()} \${row(layerNorm)}\`;
const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.addEventListener("message", ({ data }) => (globalThis.result = [here, data]));
worker.postMessage(await compiled());`;
const WORKER = `import { backend, initSync, layerNorm } from "layernorm";
import { row } from "./row.js";
addEventListener("message", ({ data }) => {
  initSync({ source: data });
  postMessage(\`\${backend()} \${row(layerNorm)}\`);
});`;
const HOSTED = `import address from "layernorm/scalar.wasm?url";
import { backend, init, layerNorm } from "layernorm/slim";
import { row } from "./row.js";
await init({ source: address });
globalThis.result = [\`\${backend()} \${row(layerNorm)}\`];`;

const folder = project();
const files = { "row.js": ROW, "worker.js": WORKER, "inlined.js": INLINED, "hosted.js": HOSTED };
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
for (const name of ["inlined", "hosted"]) {
  writeFileSync(
    join(folder, `${name}.html`),
    `<!doctype html><title>${name}</title><link rel="icon" href="data:,"><script type="module" src="./${name}.js"></script>`,
  );
}

const vite = { root: folder, configFile: false, logLevel: "error", worker: { format: "es" } };
await build({
  ...vite,
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    rollupOptions: { input: ["inlined", "hosted"].map((name) => join(folder, `${name}.html`)) },
  },
});

/** The built pages, under a policy that allows nothing which is not needed. */
const strict = createHttpServer(async (request, response) => {
  const file = join(folder, "dist", new URL(request.url, "http://page").pathname);
  const body = await readFile(file).catch(() => undefined);
  const headers = { "content-type": KINDS[extname(file)] ?? "text/plain", "content-security-policy": CSP };
  response.writeHead(body ? 200 : 404, headers).end(body);
});
await new Promise((resolve) => strict.listen(0, "127.0.0.1", resolve));
const built = `http://127.0.0.1:${strict.address().port}`;

const launch = (...flags) =>
  chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: [...FLAGS, ...flags] });
const browser = await launch();
after(async () => {
  await browser.close();
  strict.close();
});

/** What the page computed; fails when it complains. */
async function result(address, within = browser) {
  const page = await within.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => complaints.push(message.text()));
  try {
    await page.goto(address);
    await page.waitForFunction(() => globalThis.result, undefined, { timeout: 20_000 }).catch((error) => {
      throw new Error(`${error.message}\n${complaints.join("\n")}`);
    });
    return { computed: await page.evaluate(() => globalThis.result), complaints };
  } finally {
    await page.close();
  }
}

test("Vite's build computes on the main thread and in a worker, under a strict policy", async () => {
  const { computed, complaints } = await result(`${built}/inlined.html`);
  assert.deepEqual(computed, [`simd128 ${BITS}`, `simd128 ${BITS}`]);
  assert.deepEqual(complaints, []);
});

test("slim fetches a module that is hosted, under a strict policy", async () => {
  const { computed, complaints } = await result(`${built}/hosted.html`);
  assert.deepEqual(computed, [`scalar ${BITS}`]);
  assert.deepEqual(complaints, []);
});

test("without SIMD in the browser the scalar variant computes, in a worker too", async () => {
  // WebAssembly SIMD needs SSE 4.1.
  const old = await launch("--js-flags=--no-enable-sse4-1");
  try {
    const { computed } = await result(`${built}/inlined.html`, old);
    assert.deepEqual(computed, [`scalar ${BITS}`, `scalar ${BITS}`]);
  } finally {
    await old.close();
  }
});

test("Vite's dev server, which bundles dependencies beforehand, computes the same", async () => {
  const server = await createServer({ ...vite, server: { host: "127.0.0.1", port: 0 } });
  await server.listen();
  try {
    const [address] = server.resolvedUrls.local;
    const { computed } = await result(`${address}inlined.html`);
    assert.deepEqual(computed, [`simd128 ${BITS}`, `simd128 ${BITS}`]);
    assert.deepEqual((await result(`${address}hosted.html`)).computed, [`scalar ${BITS}`]);
  } finally {
    await server.close();
  }
});
