import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { project } from "./fixture.mjs";

const TSC = join(dirname(fileURLToPath(import.meta.url)), "../node_modules/typescript/bin/tsc");
const folder = project();

/** What the compiler says of modules, `0.ts` and so on, with the libraries checked too. */
function complaints(modules, lib = "es2022,dom") {
  const names = modules.map((code, i) => {
    writeFileSync(join(folder, `${i}.ts`), code);
    return `${i}.ts`;
  });
  const options = ["--strict", "--noEmit", "--target", "es2022", "--module", "nodenext", "--lib", lib];
  return spawnSync(process.execPath, [TSC, ...options, ...names], { cwd: folder, encoding: "utf8" }).stdout;
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
  assert.equal(complaints([code]), "");
});

test("so does all that is not one call of a norm", () => {
  const code = `import { LayerNorm, Moments, layerNorm, layerNormChannelsFirst, layerNormBackward, layerNormChunk, preNorm, rmsNorm,
      rmsNormChannelsFirst, rmsNormBackward, rmsNormChunk, postNorm, type Stats, type Sublayer } from "ENTRY";
    const x = new Float32Array(4);
    rmsNorm(x, { width: 2, stride: 2, outStride: 3, scale: x, shift: x, unitOffset: true });
    layerNormChannelsFirst(x, { channels: 2, positions: 2, beta: x.subarray(2) });
    rmsNormChannelsFirst(x, { channels: 2, positions: 2, beta: x.subarray(2) });
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
  assert.equal(complaints(["full", "slim"].map((entry) => code.replace("ENTRY", `layernorm/${entry}`))), "");
});

test("so do cells and classifiers", () => {
  const code = `import { Classifier, LnGru, LnLstm, LnRnn, type CellKind, type CellOptions, type Storage } from "ENTRY";
    const weights = new Float32Array(LnGru.weightsLength(12, 32));
    const options: CellOptions = { inputs: 12, units: 32, weights, epsilon: 1e-5 };
    for (const cell of [new LnRnn(options), new LnLstm(options), new LnGru(options)]) {
      cell.x.set(new Float32Array(12));
      cell.step();
      const state: Float32Array[] = [cell.h, cell.state];
      cell.reset();
      cell.dispose();
    }
    const model = new Classifier(new Uint8Array(24));
    const about: [CellKind, Storage, number] = [model.kind, model.storage, model.inputs * model.units * model.classes];
    model.push(new Float32Array(12));
    model.push(new Int16Array(12));
    const logits: Float32Array | Int32Array = model.logits();
    const codes: Int32Array = model.logits(new Int32Array(9));
    new Classifier(new ArrayBuffer(24)).dispose();`;
  assert.equal(complaints(["sequence", "slim"].map((entry) => code.replace("ENTRY", `layernorm/${entry}`))), "");
});

test("so do norms of codes, whose arrays have the types of the codes", () => {
  const code = `import { LayerNorm, RmsNorm, layerNorm, rmsNorm, type Report } from "layernorm/quantized";
    import * as slim from "layernorm/quantized/slim";
    const scales = { input: { scale: 0.02, zeroPoint: 3 }, output: { scale: 0.03 } };
    const y: Int8Array = layerNorm(new Int8Array(4), scales);
    const wide: Int16Array = rmsNorm(y, { ...scales, out: new Int16Array(4), width: 2 });
    const norm = new LayerNorm({ width: 4, input: { type: "u8", scale: 1 }, output: { type: "i16", scale: 1 }, residual: { scale: 1 } });
    const [x, to, stream]: [Uint8Array, Int16Array, Uint8Array | undefined] = [norm.x, norm.y, norm.residual];
    norm.forward(1);
    const report: Report = norm.report();
    new slim.RmsNorm({ width: 4, input: { type: "i8", scale: 1 }, output: { type: "i8", scale: 1 } }).dispose();`;
  assert.equal(complaints([code]), "");
});

test("`using` compiles", () => {
  const code = (entry, name, options) =>
    `import { ${name} } from "layernorm${entry}"; { using one = new ${name}(${options}); one.dispose(); }`;
  const modules = [code("", "RmsNorm", "{ width: 4 }"), code("/sequence", "Classifier", "new Uint8Array(24)")];
  assert.equal(complaints(modules, "es2022,dom,esnext.disposable"), "");
});

test("what is missing or misspelt does not", () => {
  const wrong = [
    ["", "layerNorm", "layerNorm(new Float32Array(4), {});", /'width' is missing/],
    ["", "layerNorm", "layerNorm(new Float32Array(4), { width: 4, gama: 1 });", /'gama' does not exist/],
    ["/full", "Stats", "new Stats();", /'Stats'/],
    ["", "Moments", "", /no exported member 'Moments'/],
    ["", "layerNormBackward", "", /'layerNormBackward'/],
    ["", "LnGru", "", /no exported member 'LnGru'/],
    ["/sequence", "LnGru", "new LnGru({ inputs: 1, units: 1 });", /'weights' is missing/],
    ["/sequence", "LnGru", "new LnGru({ inputs: 1, units: 1, weights: [1] });", /'number\[\]' is missing/],
    ["/sequence", "Classifier", "new Classifier([1]);", /'number\[\]' is not assignable/],
  ];
  const text = complaints(wrong.map(([entry, name, rest]) => `import { ${name} } from "layernorm${entry}"; ${rest}`));
  const all = text.split(/^(?=\d)/m);
  wrong.forEach(([, , , expected], i) => assert.match(all.filter((one) => one.startsWith(`${i}.ts`)).join(""), expected));
});
