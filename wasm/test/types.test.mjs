import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { project } from "./fixture.mjs";

const modules = join(dirname(fileURLToPath(import.meta.url)), "../node_modules");
/** The one that the package is built with, and the oldest that it supports. */
const [NEW, OLD] = ["typescript", "typescript-oldest"].map((name) => join(modules, name, "bin/tsc"));
const folder = project();

/** What the compiler says of modules, `0.ts` and so on, with the libraries checked too. */
function complaints(modules, lib = "es2022,dom", { tsc = NEW, flags = ["--module", "nodenext"] } = {}) {
  const names = modules.map((code, i) => {
    writeFileSync(join(folder, `${i}.ts`), code);
    return `${i}.ts`;
  });
  const options = ["--strict", "--noEmit", "--exactOptionalPropertyTypes", "--target", "es2022", ...flags, "--lib", lib];
  return spawnSync(process.execPath, [tsc, ...options, ...names], { cwd: folder, encoding: "utf8" }).stdout;
}

test("a strict project without further libraries compiles", () => {
  const code = `import { layerNorm, LayerNorm, init } from "layernorm";
    import * as slim from "layernorm/slim";
    await init({});
    await slim.init({ source: new URL("https://example.org/simd.wasm") });
    const x: Float32Array = layerNorm(new Float32Array(4), { width: 4 });
    const norm = new LayerNorm({ width: 4, gamma: x });
    norm.forward();
    norm.dispose();`;
  for (const [tsc, ...flags] of [[NEW, "--module", "nodenext"], [NEW, "--module", "esnext", "--moduleResolution", "bundler"], [OLD, "--module", "node16"]]) {
    assert.equal(complaints([code], "es2022,dom", { tsc, flags }), "", `${tsc} ${flags}`);
  }
});

test("results are taken by what plays, saves, sends and hashes them", () => {
  const code = `import { LayerNorm, RmsNorm, layerNorm, layerNormChannelsFirst, preNorm, rmsNorm } from "layernorm";
    import { layerNormBackward, layerNormChunk, type Stats } from "layernorm/full";
    import { LnGru } from "layernorm/sequence";
    declare const [audio, stats]: [AudioBuffer, Stats];
    const x = new Float32Array(8);
    const norm = new LayerNorm({ width: 4 });
    const gru = new LnGru({ inputs: 1, units: 1, weights: x });
    const results = [layerNorm(x, { width: 4 }), rmsNorm(x, { width: 4, gamma: x }), layerNorm(x, { width: 4, out: new Float32Array(8) }),
      layerNormChannelsFirst(x, { channels: 4, positions: 2 }), layerNormBackward(x, x, { width: 4 }), preNorm(x, () => {}, { width: 4 }),
      layerNormChunk(x, { width: 8, offset: 0, stats }), norm.y, norm.mean, new RmsNorm({ width: 4 }).x, gru.h];
    for (const y of results) {
      audio.copyToChannel(y, 0);
      new Blob([y]);
      await crypto.subtle.digest("SHA-256", y);
    }`;
  assert.equal(complaints([code]), "");
  // Old arrays are not told by their memory; what they were taken by still takes them.
  assert.equal(complaints([code], "es2022,dom", { tsc: OLD }), "");
});

test("an array for the result keeps its type, and may be undefined, like every option", () => {
  const code = `import { layerNorm, type LayerNormOptions } from "layernorm";
    const x = new Float32Array(8);
    const shared: Float32Array<SharedArrayBuffer> = layerNorm(x, { width: 4, out: new Float32Array(new SharedArrayBuffer(32)) });
    declare const some: { gamma: Float32Array | undefined; out: Float32Array | undefined; epsilon: number | undefined };
    const either: Float32Array = layerNorm(x, { width: 4, ...some });
    const options: LayerNormOptions = { width: 4, ...some };
    const unknown: Float32Array = layerNorm(x, options);
    export { shared, either, unknown };`;
  assert.equal(complaints([code], "es2022,dom,es2024.sharedmemory"), "");
});

test("an import of a module is what init takes, in workerd a module", () => {
  const code = `import source from "layernorm/full/scalar.wasm";
    import { init } from "layernorm/slim";
    await init({ source });
    export const number: number = source;`;
  assert.match(complaints([code]), /^0\.ts\(4,18\): error TS\d+: Type 'Source' is not assignable to type 'number'\.\n.*\n$/);
  const flags = ["--module", "esnext", "--moduleResolution", "bundler", "--customConditions", "workerd"];
  assert.match(complaints([code], "es2022,dom", { flags }), /^0\.ts\(4,18\): error TS\d+: Type 'Module' is not assignable to type 'number'\.\n$/);
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
    const norm: LayerNorm = new LayerNorm({ width: 4, backward: true });
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

test("so do groups and half precision, whose results have the type of out, or of x", () => {
  const code = `import { groupNorm, instanceNorm, type GroupNormOptions } from "layernorm";
    import { layerNorm, narrow, rmsNorm, widen, type Float16, type Half, type Numbers } from "layernorm/mixed";
    const x = new Float32Array(8);
    const options: GroupNormOptions = { groups: 1, channels: 2, positions: 4, gamma: x.subarray(6), beta: undefined };
    const y: Float32Array = groupNorm(x, options);
    instanceNorm(x, { channels: 2, positions: 4, out: y, mean: x });
    const dtype: Half = "bf16";
    const bits: Uint16Array = narrow(x, { dtype });
    const same: Uint16Array = layerNorm(bits, { width: 4, dtype, gamma: x.subarray(4), beta: bits.subarray(4) });
    const floats: Float32Array = rmsNorm(same, { width: 4, dtype, out: widen(bits, { dtype }) });
    declare const half: Float16;
    const halves: Float16 = layerNorm(half, { width: 4 });
    const any: Numbers = layerNorm(floats, { width: 4, out: halves });
    export { any };`;
  assert.equal(complaints([code]), "");
  assert.equal(complaints([code], "es2022,dom", { tsc: OLD, flags: ["--module", "node16"] }), "");
  const codes = `import { LayerNorm, layerNorm } from "layernorm/quantized";
    const norm = new LayerNorm({ width: 4, input: { type: "i8", scale: 1 }, output: { type: "u8", scale: 1 } });
    const y: Uint8Array = norm.y;
    const z: Int8Array = layerNorm(norm.x, { width: 4, input: { scale: 1 }, output: { scale: 1 } });
    export { y, z };`;
  assert.equal(complaints([codes], "es2022,dom", { tsc: OLD, flags: ["--module", "node16"] }), "");
  const native = `import { layerNorm } from "layernorm/mixed";
    const y: Float16Array = layerNorm(new Float16Array(8), { width: 4 });
    export { y };`;
  assert.equal(complaints([native], "es2022,dom,esnext.float16"), "");
});

test("so do cells and classifiers", () => {
  const code = `import { Classifier, LnGru, LnLstm, LnRnn, LnStateNormLstm, type CellKind, type CellOptions, type Storage } from "ENTRY";
    const weights = new Float32Array(LnGru.weightsLength(12, 32));
    const options: CellOptions = { inputs: 12, units: 32, weights, epsilon: 1e-5 };
    for (const cell of [new LnRnn(options), new LnLstm(options), new LnStateNormLstm(options), new LnGru(options)]) {
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
    ["", "groupNorm", "groupNorm(new Float32Array(4), { channels: 2, positions: 2 });", /'groups' is missing/],
    ["", "instanceNorm", "instanceNorm(new Float32Array(4), { groups: 1, channels: 2, positions: 2 });", /'groups' does not exist/],
    ["/mixed", "narrow", "narrow(new Float32Array(4), {});", /'dtype' is missing/],
    ["/mixed", "layerNorm", "layerNorm(new Uint16Array(4), { width: 4, dtype: \"f32\" });", /"f32"/],
    ["/full", "dynamicTanh", "dynamicTanh(new Float32Array(4), { width: 4 });", /'alpha' is missing/],
    ["", "Moments", "", /no exported member 'Moments'/],
    ["", "layerNormBackward", "", /'layerNormBackward'/],
    ["", "LnGru", "", /no exported member 'LnGru'/],
    ["", "LayerNorm", "new LayerNorm({ width: 4, backward: true });", /'backward' does not exist/],
    ["/sequence", "RmsNorm", "new RmsNorm({ width: 4, backward: true });", /'backward' does not exist/],
    ["", "rmsNorm", "rmsNorm(new Float32Array(4), { width: 4, mean: new Float32Array(1) });", /'mean' does not exist/],
    ["", "preNorm", "preNorm(new Float32Array(4), async () => {}, { width: 4 });", /Promise<void>/],
    ["", "preNorm", "preNorm(new Float32Array(4), (i) => Array.from(i), { width: 4 });", /number\[\]/],
    ["", "init", "await init({ simd: false });", /'simd' does not exist/],
    ["/sequence", "LnGru", "new LnGru({ inputs: 1, units: 1 });", /'weights' is missing/],
    ["/sequence", "LnGru", "new LnGru({ inputs: 1, units: 1, weights: [1] });", /'number\[\]' is missing/],
    ["/sequence", "Classifier", "new Classifier([1]);", /'number\[\]' is not assignable/],
  ];
  const text = complaints(wrong.map(([entry, name, rest]) => `import { ${name} } from "layernorm${entry}"; ${rest}`));
  const all = text.split(/^(?=\d)/m);
  wrong.forEach(([, , , expected], i) => assert.match(all.filter((one) => one.startsWith(`${i}.ts`)).join(""), expected));
});
