// The contenders of engine.mjs in a page of a headless Chromium.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const KINDS = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];

// With these the page's clock shows 5 µs, without them 100.
const ISOLATED = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** `modules` are paths on this machine, for `engine`. The page sees this folder, the package below `/pkg`, and the modules. */
export async function chromiumContenders({ executablePath, modules, earlier, pkg, peers }) {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const server = createServer(async ({ url }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    const file = modules[path.match(/^\/(.*)\.wasm$/)?.[1]] ?? (path.startsWith("/pkg/") ? join(pkg, path.slice(5)) : join(here, path));
    try {
      const bytes = await readFile(file);
      response.writeHead(200, { ...ISOLATED, "Content-Type": KINDS[extname(file)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/page.html`);
  const names = await page.evaluate(load, { modules: Object.keys(modules), earlier, layernorm: pkg && "/pkg/index.js", peers });
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
  const [key, error] = await page.evaluate(
    async ([name, work]) => {
      const running = await window.contenders[name](work);
      // Infinity does not survive the way out as a number.
      return running ? [(window.cases ??= []).push(running) - 1, String(running.error)] : [];
    },
    [name, work],
  );
  return (
    error && {
      error: Number(error),
      time: (calls) => page.evaluate(([key, calls]) => window.cases[key].time(calls), [key, calls]),
      close: () =>
        page.evaluate(async (key) => {
          await window.cases[key].close();
          window.cases[key] = null;
        }, key),
    }
  );
}

/** Runs in the page. */
async function load({ modules, earlier, layernorm, peers }) {
  const { engine } = await import("/engine.mjs");
  const { tf } = window;
  if (peers) {
    tf.wasm.setWasmPaths("/node_modules/@tensorflow/tfjs-backend-wasm/dist/");
    tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
    await tf.setBackend("wasm");
    await tf.ready();
  }
  const bytes = async (path) => (await fetch(path)).arrayBuffer();
  const loaded = {};
  for (const name of modules) loaded[name] = await bytes(`/${name}.wasm`);
  window.contenders = await engine({
    ...loaded,
    earlier,
    layernorm: layernorm && (await import(layernorm)),
    ort: peers && (await import("/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs")),
    tf: peers && tf,
  });
  return Object.keys(window.contenders);
}
