import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { project } from "./fixture.mjs";

const TSC = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/typescript/bin/tsc");
const folder = project();

/** What the compiler says of `code`, with the libraries checked too. */
function complaints(code, lib, ...options) {
  writeFileSync(join(folder, "main.ts"), code);
  const all = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--lib", lib];
  return spawnSync(process.execPath, [TSC, ...all, ...options, "main.ts"], { cwd: folder, encoding: "utf8" }).stdout;
}

test("a strict project without further libraries compiles", () => {
  const code = `import { layerNorm, LayerNorm, init } from "layernorm";
    import * as slim from "layernorm/slim";
    await init({ simd: false });
    await slim.init({ source: new URL("https://example.org/simd.wasm") });
    const x: Float32Array = layerNorm(new Float32Array(4), { width: 4 });
    const norm = new LayerNorm({ width: 4, gamma: x });
    norm.forward();
    norm.dispose();`;
  assert.equal(complaints(code, "es2022,dom"), "");
});

test("so does all that is not one call of a norm", () => {
  const code = `import { LayerNorm, Moments, layerNorm, layerNorm2d, layerNormBackward, layerNormChunk, preNorm, rmsNorm,
      rmsNorm2d, rmsNormBackward, rmsNormChunk, postNorm, type Stats, type Sublayer } from "ENTRY";
    const x = new Float32Array(4);
    rmsNorm(x, { width: 2, stride: 2, outStride: 3, scale: x, shift: x, unitOffset: true });
    layerNorm2d(x, { channels: 2, positions: 2, beta: x.subarray(2) });
    rmsNorm2d(x, { channels: 2, positions: 2 });
    const dx: Float32Array = layerNormBackward(x, x, { width: 4, dgamma: x, dbeta: x });
    rmsNormBackward(x, dx, { width: 4, dgamma: x });
    const norm = new LayerNorm({ width: 4, backward: true });
    norm.dy.set(norm.y);
    norm.backward();
    norm.dgamma?.fill(0);
    const sublayer: Sublayer = (input, out) => out.set(input);
    preNorm(x, sublayer, { width: 4, norm: "rms" });
    postNorm(x, sublayer, { width: 4, beta: x });
    const moments = new Moments({ centred: false });
    moments.push(x);
    moments.merge(moments.clone());
    const stats: Stats | undefined = moments.finish(1e-6);
    if (stats) rmsNormChunk(x, { width: 8, stats, offset: 4 });
    if (stats) layerNormChunk(x, { width: 8, stats, offset: 4, out: x });`;
  for (const entry of ["full", "slim"]) {
    assert.equal(complaints(code.replace("ENTRY", `layernorm/${entry}`), "es2022,dom"), "");
  }
});

test("\`using\` compiles", () => {
  const code = `import { RmsNorm } from "layernorm"; { using norm = new RmsNorm({ width: 4 }); norm.forward(); }`;
  assert.equal(complaints(code, "es2022,dom,esnext.disposable"), "");
});

test("what is missing or misspelt does not", () => {
  const call = (rest) => complaints(`import { layerNorm } from "layernorm"; ${rest}`, "es2022,dom");
  assert.match(call("layerNorm(new Float32Array(4), {});"), /'width' is missing/);
  assert.match(call("layerNorm(new Float32Array(4), { width: 4, gama: 1 });"), /'gama' does not exist/);
  assert.match(complaints(`import { Stats } from "layernorm/full"; new Stats();`, "es2022,dom"), /'Stats'/);
  assert.match(complaints(`import { Moments } from "layernorm";`, "es2022,dom"), /no exported member 'Moments'/);
  assert.match(complaints(`import { layerNormBackward } from "layernorm";`, "es2022,dom"), /'layerNormBackward'/);
});
