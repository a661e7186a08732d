// The contenders of engine.mjs in a page of a headless Chromium.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const KINDS = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];

/** The page sees this folder, the package below `/pkg`, and the modules as `/module.wasm` and `/optimised.wasm`. */
export async function chromiumContenders({ executablePath, module, optimised, pkg, peers }) {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const server = createServer(async ({ url }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    const modules = { "/module.wasm": module, "/optimised.wasm": optimised };
    const file = modules[path] ?? (path.startsWith("/pkg/") ? join(pkg, path.slice(5)) : join(here, path));
    try {
      const bytes = await readFile(file);
      response.writeHead(200, { "Content-Type": KINDS[extname(file)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/page.html`);
  const names = await page.evaluate(load, { layernorm: pkg && "/pkg/index.js", peers });
  return {
    contenders: Object.fromEntries(names.map((name) => [name, (work) => open(page, name, work)])),
    version: browser.version(),
    end: async () => {
      await browser.close();
      server.close();
    },
  };
}

async function open(page, name, work) {
  const key = `${name} ${work.verb}`;
  const error = await page.evaluate(
    async ([key, name, work]) => {
      const running = await window.contenders[name](work);
      if (running) (window.cases ??= {})[key] = running;
      // Infinity does not survive the way out as a number.
      return running ? String(running.error) : null;
    },
    [key, name, work],
  );
  return (
    error !== null && {
      error: Number(error),
      time: (calls) => page.evaluate(([key, calls]) => window.cases[key].time(calls), [key, calls]),
      close: () =>
        page.evaluate(async (key) => {
          await window.cases[key].close();
          delete window.cases[key];
        }, key),
    }
  );
}

/** Runs in the page. */
async function load({ layernorm, peers }) {
  const { engine } = await import("/engine.mjs");
  const { tf } = window;
  if (peers) {
    tf.wasm.setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
    tf.wasm.setThreadsCount(1);
    await tf.setBackend("wasm");
    await tf.ready();
  }
  const bytes = async (path) => (await fetch(path)).arrayBuffer();
  window.contenders = await engine({
    module: await bytes("/module.wasm"),
    optimised: await bytes("/optimised.wasm"),
    layernorm: layernorm && (await import(layernorm)),
    ort: peers && (await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs")),
    tf: peers && tf,
  });
  return Object.keys(window.contenders);
}
