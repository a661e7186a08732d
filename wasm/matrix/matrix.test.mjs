// The packed package in what people run it with, each asked for the bits that this Node computes. The table in README.md is made of what was
// run: `npm run matrix:write` writes it.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import * as vite from "vite";
import { contexts, PLACES, PROBE } from "../test/contexts.mjs";
import { project } from "../test/fixture.mjs";
import { launch, result, serve } from "../test/pages.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const README = join(here, "../README.md");
const TABLE = /(<!-- matrix -->\n)[^]*?(<!-- \/matrix -->)/;
const run = promisify(execFile);
const folder = project();
const write = (name, text) => writeFileSync(join(folder, name), text);
const inModules = (path) => join(here, "node_modules", path);
/** The part of a version whose change may break. */
const version = (name) => /^0\.\d+|\d+/.exec(JSON.parse(readFileSync(require.resolve(`${name}/package.json`), "utf8")).version)[0];

write("probe.js", PROBE);
const { probe } = await import(join(folder, "probe.js"));
const expected = probe();

/** What was run: the places of each environment. */
const ran = new Map();
const passed = (environment, ...places) => ran.set(environment, [...(ran.get(environment) ?? []), ...places]);

write("module.mjs", `import { probe } from "./probe.js"; console.log(probe());`);
write("required.cjs", `console.log(require("./probe.js").probe());`);
write("threads.mjs", `import { Worker, isMainThread, parentPort } from "node:worker_threads";
import { probe } from "./probe.js";
if (isMainThread) new Worker(new URL(import.meta.url)).on("message", (said) => console.log(said));
else parentPort.postMessage(probe());`);
write("web-worker.mjs", `const worker = new Worker(new URL("./worker.mjs", import.meta.url).href, { type: "module" });
worker.onmessage = ({ data }) => { console.log(data); worker.terminate(); };`);
write("worker.mjs", `import { probe } from "./probe.js"; postMessage(probe());`);

const SCRIPTS = { modules: "module.mjs", "`require`": "required.cjs", "`worker_threads`": "threads.mjs", "`Worker`": "web-worker.mjs" };
const NODE = ["modules", "`require`", "`worker_threads`"];
const RUNTIMES = [
  ["Node 20.19", [inModules("node-20/bin/node")], NODE],
  ["Node 22", [inModules("node-22/bin/node")], NODE],
  ["Node 24", [inModules("node-24/bin/node")], NODE],
  ["Bun", [inModules("@oven/bun-linux-x64/bin/bun")], [...NODE, "`Worker`"]],
  ["Deno", [inModules("@deno/linux-x64-glibc/deno"), "run", "--quiet", "--no-config", "--allow-read", "--node-modules-dir=manual"], [...NODE, "`Worker`"]],
];

for (const [name, [program, ...flags], places] of RUNTIMES) {
  test(name, async () => {
    for (const place of places) {
      const { stdout } = await run(program, [...flags, SCRIPTS[place]], { cwd: folder, timeout: 60_000 });
      assert.equal(stdout.trim(), expected, place);
      passed(name, place);
    }
  });
}

write("entry.js", `import { probe } from "./probe.js"; globalThis.result = [probe()];`);
const out = (name) => join(folder, "bundled", name);
const entry = join(folder, "entry.js");

const BUNDLERS = {
  vite: ["Vite", (dir) => vite.build({
    root: folder,
    configFile: false,
    logLevel: "error",
    build: { outDir: dir, target: "es2022", rollupOptions: { input: entry, output: { entryFileNames: "entry.js" } } },
  })],
  esbuild: ["esbuild", (dir) => esbuild.build({ entryPoints: [entry], outdir: dir, bundle: true, format: "esm", minify: true })],
  rollup: ["Rollup", async (dir) => {
    const [{ rollup }, { nodeResolve }] = await Promise.all([import("rollup"), import("@rollup/plugin-node-resolve")]);
    const bundle = await rollup({ input: entry, plugins: [nodeResolve()] });
    await bundle.write({ dir, format: "es" });
  }],
  webpack: ["webpack", async (dir) => packed((await import("webpack")).default, dir)],
  "@rspack/core": ["Rspack", async (dir) => packed((await import("@rspack/core")).rspack, dir)],
};

/** By webpack, or by what takes its options. */
function packed(bundler, path) {
  const options = { mode: "production", context: folder, entry, output: { path, filename: "entry.js" }, performance: false };
  return new Promise((resolve, reject) => {
    bundler(options, (error, stats) => {
      if (error || stats.hasErrors()) reject(error ?? new Error(stats.toString()));
      else resolve();
    });
  });
}

test("bundlers", async (t) => {
  const address = await serve(join(folder, "bundled"));
  const browser = await launch();
  after(() => browser.close());
  for (const [pkg, [name, build]] of Object.entries(BUNDLERS)) {
    await t.test(name, async () => {
      mkdirSync(out(name), { recursive: true });
      await build(out(name));
      write(`bundled/${name}/index.html`, `<!doctype html><link rel="icon" href="data:,"><script type="module" src="entry.js"></script>`);
      const { computed, complaints } = await result(`${address}/${name}/index.html`, browser);
      assert.deepEqual(computed, [expected]);
      assert.deepEqual(complaints, []);
      passed(`${name} ${version(pkg)}`, "its build, in Chromium");
    });
  }
});

const TESTED = `expect(probe()).toBe(${JSON.stringify(expected)});`;

test("Vitest", async () => {
  mkdirSync(join(folder, "vitest"));
  write("vitest/probe.test.js", `import { expect, test } from "vitest";
    import { probe } from "../probe.js";
    test("bits", () => { ${TESTED} });`);
  // Where it finds itself.
  const alias = JSON.stringify({ vitest: inModules("vitest") });
  write("vitest/vitest.config.mjs", `export default { cacheDir: "cache", resolve: { alias: ${alias} } };`);
  // It asks for a newer Node.
  const { stdout } = await run(inModules("node-22/bin/node"), [inModules("vitest/vitest.mjs"), "run", "--root", "vitest"], { cwd: folder });
  assert.match(stdout, /1 passed/);
  passed(`Vitest ${version("vitest")}`, "modules");
});

test("Jest", async () => {
  mkdirSync(join(folder, "jest"));
  write("jest/probe.test.js", `import { probe } from "../probe.js"; test("bits", () => { ${TESTED} });`);
  write("jest/jest.config.mjs", `export default { rootDir: "..", transform: {}, testMatch: ["<rootDir>/jest/*.test.js"] };`);
    const { stderr } = await run(process.execPath, ["--experimental-vm-modules", inModules("jest/bin/jest.js"), "--config", "jest/jest.config.mjs"], { cwd: folder });
  assert.match(stderr, /1 passed/);
  passed(`Jest ${version("jest")}`, "with `--experimental-vm-modules`");
});

test("browsers", async (t) => {
  let report;
  const address = `${await serve(await contexts(folder), {}, (said) => report(JSON.parse(said)))}/index.html`;
  /** What the page posts, opened by `open`, which gives what ends the browser. */
  const reported = async (open) => {
    let end;
    const timeout = AbortSignal.timeout(90_000);
    try {
      return await new Promise((resolve, reject) => {
        report = resolve;
        timeout.addEventListener("abort", () => reject(new Error("no report")));
        open(address).then((close) => (end = close), reject);
      });
    } finally {
      await end?.();
    }
  };
  for (const [name, open] of Object.entries({ Chromium: chromium, Firefox: firefox, WebKitGTK: webKit })) {
    await t.test(name, async () => {
      const said = await reported(open);
      for (const place of PLACES) assert.equal(said[place], expected, place);
      passed(name, ...PLACES, "`script-src 'self' 'wasm-unsafe-eval'`");
    });
  }
});

async function chromium(address) {
  const browser = await launch();
  await (await browser.newPage()).goto(address);
  return () => browser.close();
}

async function firefox(address) {
  const profile = mkdtempSync(join(tmpdir(), "layernorm-firefox-"));
  const flags = ["--headless", "--no-remote", "--new-instance", "--profile", profile];
  const browser = spawn(process.env.FIREFOX || "/usr/bin/firefox-esr", [...flags, address], { stdio: "ignore" });
  return () => ended(browser).then(() => rmSync(profile, { recursive: true, force: true, maxRetries: 5 }));
}

const MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";

/** By its WebDriver, with a display of its own: it has no mode without one. */
async function webKit(address) {
  const [port, display] = [await freePort(), `:${90 + (process.pid % 900)}`];
  const screen = spawn("Xvfb", [display, "-nolisten", "tcp"], { stdio: "ignore" });
  const env = { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", LIBGL_ALWAYS_SOFTWARE: "1" };
  const driver = spawn("WebKitWebDriver", [`--port=${port}`], { stdio: "ignore", env });
  const ask = async (path, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}/session${path}`, { method: "POST", body: JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(value.message);
    return value;
  };
  const options = { binary: MINI_BROWSER, args: ["--automation"] };
  const close = () => Promise.all([ended(driver), ended(screen)]);
  try {
    await listening(port);
    const { sessionId } = await ask("", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    await ask(`/${sessionId}/url`, { url: address });
    return async () => {
      await fetch(`http://127.0.0.1:${port}/session/${sessionId}`, { method: "DELETE" });
      await close();
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once("exit", resolve));
  child.kill();
  await exit;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function listening(port) {
  for (let tries = 0; tries < 100; tries++) {
    if (await fetch(`http://127.0.0.1:${port}/status`).then(() => true, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`WebKitWebDriver does not listen on ${port}`);
}

test("README.md says what was run", () => {
  const rows = Array.from(ran, ([environment, places]) => `| ${environment} | ${places.join(", ")} |\n`).join("");
  const text = readFileSync(README, "utf8");
  const table = `$1| | |\n|---|---|\n${rows}$2`;
  if (process.env.LAYERNORM_WRITE) writeFileSync(README, text.replace(TABLE, table));
  else assert.equal(text, text.replace(TABLE, table), "`npm run matrix:write` writes what was run");
});
