// The package in Cloudflare's runtime, which refuses to compile WebAssembly at run time.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { project } from "./fixture.mjs";

const WORKERD = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/workerd/bin/workerd");
const SOURCE = `import { backend, layerNorm } from "layernorm";
import * as full from "layernorm/full";
import * as sequence from "layernorm/sequence";
export default {
  fetch() {
    const y = layerNorm(new Float32Array([1, 2, 3, 4]), { width: 4 });
    const dx = full.layerNormBackward(y, new Float32Array(4), { width: 4 });
    const bits = Array.from(new Uint32Array(y.buffer), (v) => v.toString(16));
    const gru = new sequence.LnGru({ inputs: 1, units: 2, weights: new Float32Array(42) });
    gru.state.fill(0.5);
    gru.step();
    return new Response([backend(), ...bits, full.backend(), ...dx, sequence.backend(), ...gru.h].join());
  },
};`;
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  compatibilityDate = "2025-01-01",
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    (name = "simd.wasm", wasm = embed "node_modules/layernorm/simd.wasm"),
    (name = "scalar.wasm", wasm = embed "node_modules/layernorm/scalar.wasm"),
    (name = "full/simd.wasm", wasm = embed "node_modules/layernorm/full/simd.wasm"),
    (name = "full/scalar.wasm", wasm = embed "node_modules/layernorm/full/scalar.wasm"),
    (name = "sequence/simd.wasm", wasm = embed "node_modules/layernorm/sequence/simd.wasm"),
    (name = "sequence/scalar.wasm", wasm = embed "node_modules/layernorm/sequence/scalar.wasm"),
  ],
);`;

test("a worker of workerd computes, with the modules that its condition imports, of each entry point", { timeout: 60_000 }, async () => {
  const folder = project();
  await build({
    stdin: { contents: SOURCE, resolveDir: folder },
    outfile: join(folder, "worker.js"),
    bundle: true,
    format: "esm",
    conditions: ["workerd"],
    // As Cloudflare's own bundling does.
    external: ["*.wasm"],
  });
  writeFileSync(join(folder, "config.capnp"), CONFIG);
  const workerd = spawn(WORKERD, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit", "pipe"],
  });
  try {
    const [line] = await once(workerd.stdio[3], "data");
    const { port } = JSON.parse(line.toString().split("\n").find((event) => event.includes('"listen"')));
    const response = await fetch(`http://127.0.0.1:${port}/`);
    // All weights are 0, so n is 0 and z a half: h' = h / 2.
    const expected = "simd128,bfabbab6,bee4f8f2,3ee4f8f2,3fabbab6,simd128,0,0,0,0,simd128,0.25,0.25";
    assert.equal(await response.text(), expected);
  } finally {
    const ended = workerd.exitCode === null && once(workerd, "exit");
    workerd.kill();
    await ended;
  }
});
