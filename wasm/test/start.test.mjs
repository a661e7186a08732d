// Ways to start: again, with what is no module, where something is missing.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { runInNewContext } from "node:vm";
import { load, moduleBytes, project, run } from "./fixture.mjs";

const folder = project();
const simd = moduleBytes(folder, "simd");
let count = 0;
/** Another instance of an entry point, in which nothing has started. */
const fresh = (entry = "layernorm/slim") => load(folder, entry, `?start${count++}`);

const row = ({ layerNorm }) => layerNorm(Float32Array.of(1, 2, 3, 5), { width: 4 }).join();
const expected = row(await fresh("layernorm"));

test("init and initSync may come again, with the same source, with another, with none, at once", async () => {
  const other = await WebAssembly.compile(moduleBytes(folder, "scalar"));
  for (const entry of ["layernorm", "layernorm/slim"]) {
    const one = await fresh(entry);
    one.initSync({ source: simd });
    one.initSync({ source: simd });
    one.initSync({ source: other });
    one.initSync();
    await one.init({ source: other });
    await one.init();
    assert.equal(one.backend(), "simd128");
    assert.equal(row(one), expected);
  }
  const late = await fresh();
  await Promise.all([late.init({ source: simd }), late.init({ source: Promise.resolve(simd) }), late.init({ source: other })]);
  assert.equal(row(late), expected);
  const used = await fresh("layernorm");
  assert.equal(row(used), expected);
  await used.init();
  used.initSync({ source: other });
  assert.equal(used.backend(), "simd128");
});

test("a module, bytes and a response of another realm are what they are", async () => {
  const module = runInNewContext("new WebAssembly.Module(bytes)", { bytes: simd });
  assert.ok(!(module instanceof WebAssembly.Module));
  const bytes = runInNewContext("Uint8Array.from(bytes)", { bytes: [...simd] });
  for (const source of [module, bytes, bytes.buffer]) {
    const [sync, async] = [await fresh(), await fresh()];
    sync.initSync({ source });
    await async.init({ source });
    assert.equal(row(sync), expected);
    assert.equal(row(async), expected);
  }
});

test("where there is neither URL nor Response nor fetch, as in an AudioWorklet, bytes and modules start", () => {
  const code = `import { readFileSync } from "node:fs";
    import { init, layerNorm } from "layernorm/slim";
    const source = readFileSync(new URL(import.meta.resolve("layernorm/simd.wasm")));
    for (const name of ["URL", "Response", "fetch"]) delete globalThis[name];
    await init({ source: "https://example.org/simd.wasm" }).catch((error) => console.log(error.message));
    await init({ source });
    console.log(layerNorm(Float32Array.of(1, 2, 3, 5), { width: 4 }).join());`;
  const [refused, result] = run(folder, code).split("\n");
  assert.match(refused, /^source: expected an address that can be fetched, actual https:.* \(.*fetch.*\): give the bytes or a WebAssembly.Module$/);
  assert.equal(result, expected);
});

test("without WebAssembly, and without SIMD, a message says so and what to do", () => {
  const said = (before) => run(folder, `${before}
    const { init, initSync, layerNorm } = await import("layernorm");
    const calls = [() => init(), () => initSync(), () => layerNorm(new Float32Array(4), { width: 4 })];
    for (const call of calls) await (async () => call())().catch((error) => console.log(error.message));`).split("\n");
  const none = "engine: expected one with WebAssembly, actual one without: some browsers switch it off to be safer";
  assert.deepEqual(said("delete globalThis.WebAssembly;"), [none, none, none]);
  // An engine without SIMD, as its two answers show it.
  const messages = said(`const refuse = () => { throw new WebAssembly.CompileError("Wasm SIMD unsupported"); };
    WebAssembly.validate = () => false;
    WebAssembly.compile = async () => refuse();
    WebAssembly.Module = class { constructor() { refuse(); } };`);
  const scalar = "engine: expected WebAssembly with SIMD, actual Wasm SIMD unsupported: await init({ source }) with layernorm/scalar.wasm";
  assert.deepEqual(messages, [scalar, scalar, scalar]);
});

test("what is no module of this version is refused with what came, and a good one may follow", async () => {
  // (module (import "a" "b" (func))), and one that exports nothing.
  const head = [0, 97, 115, 109, 1, 0, 0, 0];
  const imports = Uint8Array.from([...head, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 97, 1, 98, 0, 0]);
  // (module (func (export "version") (result i32) i32.const 0x100803)), which is 1.2.3.
  const another = Uint8Array.from([...head, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 11, 1, 7, ...Buffer.from("version"), 0, 0]
    .concat([10, 9, 1, 7, 0, 65, 0x83, 0x90, 0xc0, 0, 11]));
  const { version } = JSON.parse(readFileSync(`${folder}/node_modules/layernorm/package.json`, "utf8"));
  const wrong = [
    [Buffer.from("<!doctype html>"), /^source: expected WebAssembly, which begins with \\0asm, actual 15 bytes that begin with "<!do": has a page/],
    [new ArrayBuffer(0), /^source: expected WebAssembly, .*actual no bytes: /],
    [simd.subarray(0, 1234), /^source: expected a module of layernorm, actual .*: give all of layernorm\/simd\.wasm, or/],
    [imports, /^source: expected a module of layernorm, actual .*: give all/],
    [Uint8Array.from(head), new RegExp(`^source: expected a module of layernorm ${version}, actual one of no version: take both from the same package`)],
    [another, new RegExp(`^source: expected a module of layernorm ${version}, actual one of 1\\.2\\.3: take both`)],
    [{}, /^source: expected a WebAssembly.Module or an ArrayBuffer, actual Object: /],
    [7, /^source: expected a WebAssembly.Module or an ArrayBuffer, actual 7: /],
  ];
  for (const [source, message] of wrong) {
    const slim = await fresh();
    assert.throws(() => slim.initSync({ source }), { message });
    await assert.rejects(slim.init({ source }), { message });
    slim.initSync({ source: simd });
    assert.equal(row(slim), expected);
  }
  const slim = await fresh();
  assert.throws(() => slim.initSync({ sorce: simd }), /^TypeError: sorce: expected an option of initSync, actual none of them: write source$/);
  assert.throws(() => slim.initSync({ simd: false }), /^TypeError: simd: .*: choose from source$/);
});

test("a page instead of a module, a status, a body that was read are named", async () => {
  const server = createServer((request, response) => {
    if (request.url === "/gone") return response.writeHead(404).end();
    response.writeHead(200, { "content-type": request.url === "/simd.wasm" ? "application/octet-stream" : "text/html" });
    response.end(request.url === "/simd.wasm" ? simd : "<!doctype html><title>app</title>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  after(() => server.close());
  const at = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  const slim = await fresh();
  await assert.rejects(slim.init({ source: at("/app") }), /begins with \\0asm, actual \d+ bytes that begin with "<!do": has a page been served instead\?$/);
  await assert.rejects(slim.init({ source: at("/gone") }), /^Error: source: expected a response with status 200 that is unread, actual 404: /);
  const read = await fetch(at("/simd.wasm"));
  await read.arrayBuffer();
  await assert.rejects(slim.init({ source: read }), /actual one that was read: /);
  await assert.rejects(slim.init({ source: "file:///simd.wasm" }), /^Error: source: expected an address that can be fetched, actual file:.*: give the bytes/);
  await slim.init({ source: fetch(at("/simd.wasm")) });
  assert.equal(row(slim), expected);
  const again = await fresh();
  await again.init({ source: new URL(at("/simd.wasm")) });
  assert.equal(row(again), expected);
});

test("init neither compiles nor instantiates synchronously: Chromium before 115 refuses that on the main thread", () => {
  const code = `const refuse = () => { throw new RangeError("WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB."); };
    const { Module, Instance } = WebAssembly;
    WebAssembly.Module = class { constructor() { refuse(); } };
    WebAssembly.Instance = class { constructor() { refuse(); } };
    const { init, layerNorm } = await import("layernorm");
    const row = () => layerNorm(Float32Array.of(1, 2, 3, 5), { width: 4 }).join();
    try { row(); } catch (error) { console.log(error.message); }
    await init();
    console.log(row());`;
  const [refused, result] = run(folder, code).split("\n");
  assert.match(refused, /^engine: expected one that compiles here, actual .*disallowed on the main thread.*: await init\(\) before the first use$/);
  assert.equal(result, expected);
});
