import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project, run } from "./fixture.mjs";

const folder = project();
const show = (before) => `${before}
const y = layerNorm(new Float32Array([1, 2, 3, 4, 9, 9, 9, 9]), { width: 4 });
console.log(backend(), [...new Uint32Array(y.buffer)].map((v) => v.toString(16)).join());`;
// (1 − 2.5) / sqrt(1.25 + 1e-5) and so on, to 50 digits by Python's decimal, then rounded to f32; a constant row.
const bits = "bfabbab6,bee4f8f2,3ee4f8f2,3fabbab6,0,0,0,0";

test("the main entry point needs no set-up", () => {
  assert.equal(run(folder, show(`import { layerNorm, backend } from "layernorm";`)), `simd128 ${bits}`);
});

/** Code that reads a module of the package. */
const read = (name) => `readFileSync(new URL(import.meta.resolve("layernorm/${name}.wasm")))`;

test("the scalar variant can be given and gives the same bits", () => {
  const code = `import { readFileSync } from "node:fs";
    import { layerNorm, backend, initSync } from "layernorm";
    initSync({ source: ${read("scalar")} });`;
  assert.equal(run(folder, show(code)), `scalar ${bits}`);
});

test("gradients and rows in pieces have the same bits in both variants", () => {
  const code = (name) => `import { readFileSync } from "node:fs";
    import { Moments, initSync, layerNormBackward, layerNormChunk } from "layernorm/full";
    initSync({ source: ${read(`full/${name}`)} });
    const [x, dy] = [1, 7].map((seed) => Float32Array.from({ length: 1000 }, (_, i) => 300 + Math.sin(12.9898 * seed * (i + 1))));
    const [dgamma, dbeta] = [new Float32Array(100), new Float32Array(100)];
    const dx = layerNormBackward(x, dy, { width: 100, gamma: dy.subarray(0, 100), dgamma, dbeta });
    const moments = new Moments();
    let stats;
    do {
      for (const [first, end] of [[0, 300], [300, 700], [700, 1000]]) moments.push(x.subarray(first, end));
    } while (!(stats = moments.finish()));
    const y = layerNormChunk(x.subarray(300), { width: 1000, offset: 300, stats });
    const all = new Float32Array([...dx, ...dgamma, ...dbeta, ...y, stats.mean, stats.rstd]);
    console.log([...new Uint32Array(all.buffer)].join());`;
  const [simd, scalar] = ["simd", "scalar"].map((variant) => run(folder, code(variant)));
  assert.equal(simd.split(",").length, 1902);
  assert.equal(simd, scalar);
});

test("the other entry points need no set-up and have all that the main one has", async () => {
  for (const entry of ["full", "sequence"]) {
    assert.equal(run(folder, show(`import { layerNorm, backend } from "layernorm/${entry}";`)), `simd128 ${bits}`);
  }
  const names = async (entry) => Object.keys(await load(folder, `layernorm${entry}`));
  const entries = ["", "/full", "/sequence", "/slim", "/quantized", "/quantized/slim", "/mixed"];
  const [main, full, sequence, slim, quantized, slimQuantized, mixed] = await Promise.all(entries.map(names));
  const norms = ["Moments", "dynamicTanh", "layerNormBackward", "layerNormChunk", "rmsNormBackward", "rmsNormChunk"];
  const cells = ["Classifier", "LnGru", "LnLstm", "LnRnn", "LnStateNormLstm"];
  assert.deepEqual(full, [...main, ...norms].sort());
  assert.deepEqual(sequence, [...main, ...cells].sort());
  assert.deepEqual(slim, [...main, ...norms, ...cells].sort());
  assert.deepEqual(quantized, ["LayerNorm", "RmsNorm", "backend", "compiled", "init", "initSync", "layerNorm", "rmsNorm"]);
  assert.deepEqual(slimQuantized, quantized);
  assert.deepEqual(mixed, ["backend", "compiled", "init", "initSync", "layerNorm", "narrow", "rmsNorm", "widen"]);
});

test("classes have their names, though the package is minified", async () => {
  const all = await load(folder, "layernorm/slim");
  const classes = ["LayerNorm", "RmsNorm", "Moments", "LnRnn", "LnLstm", "LnGru", "LnStateNormLstm", "Classifier"];
  assert.deepEqual(classes.map((name) => all[name].name), classes);
  assert.equal(class extends all.LayerNorm { static name = "Mine"; }.name, "Mine");
});

test("what a core module cannot says where it can, whether from layernorm or slim", () => {
  const code = `import { readFileSync } from "node:fs";
    import { LayerNorm } from "layernorm";
    import * as slim from "layernorm/slim";
    import * as quantized from "layernorm/quantized/slim";
    const source = readFileSync(new URL(import.meta.resolve("layernorm/simd.wasm")));
    for (const { initSync } of [slim, quantized]) initSync({ source });
    const x = new Float32Array(4);
    for (const verb of [
      () => new LayerNorm({ width: 4, backward: true }),
      () => new slim.RmsNorm({ width: 4, backward: true }),
      () => slim.layerNormBackward(x, x, { width: 4 }),
      () => slim.rmsNormBackward(x, x, { width: 4 }),
      () => new slim.Moments(),
      () => slim.dynamicTanh(x, { width: 4, alpha: 1 }),
      () => new slim.LnGru({ inputs: 1, units: 1, weights: new Float32Array(18) }),
      () => new slim.Classifier(new Uint8Array(24)),
      () => new quantized.LayerNorm({ width: 4, input: { type: "i8", scale: 1 }, output: { type: "i8", scale: 1 } }),
    ]) {
      try { verb(); } catch (e) { console.log(e.message); }
    }`;
  const verbs = {
    "gradients, streaming and dynamic tanh, actual one without: import from layernorm/full":
      ["backward", "backward", "layerNormBackward", "rmsNormBackward", "Moments", "dynamicTanh"],
    "recurrent cells, actual one without: import from layernorm/sequence": ["LnGru", "Classifier"],
    "norms of codes, actual one without: import from layernorm/quantized": ["quantized.LayerNorm"],
  };
  const expected = Object.entries(verbs).flatMap(([rest, verbs]) => verbs.map((verb) => `${verb}: expected a module with ${rest}`));
  assert.deepEqual(run(folder, code).split("\n"), expected);
});

test("slim takes a module from wherever the user has it", () => {
  const files = [["simd", "simd128"], ["scalar", "scalar"], ["full/simd", "simd128"], ["full/scalar", "scalar"]]
    .concat([["sequence/simd", "simd128"], ["sequence/scalar", "scalar"]]);
  for (const [file, name] of files) {
    const code = `import { readFileSync } from "node:fs";
      import { layerNorm, backend, init } from "layernorm/slim";
      const source = readFileSync(new URL(import.meta.resolve("layernorm/${file}.wasm")));
      await init({ source });`;
    assert.equal(run(folder, show(code)), `${name} ${bits}`);
  }
});

test("slim without a module says what to do", () => {
  const code = `import { layerNorm } from "layernorm/slim";
    try { layerNorm(new Float32Array(4), { width: 4 }); } catch (e) { console.log(e.message); }`;
  assert.match(run(folder, code), /expected init\(\{ source \}\) or initSync/);
});

test("a worker takes the compiled module", () => {
  const code = `import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
    import { layerNorm, initSync, compiled, backend } from "layernorm";
    const row = () => [...layerNorm(new Float32Array([1, 2, 3, 5]), { width: 4 })].join();
    if (isMainThread) {
      const worker = new Worker(new URL(import.meta.url), { workerData: await compiled() });
      worker.on("message", (other) => console.log(other === row() && backend()));
    } else {
      initSync({ source: workerData });
      parentPort.postMessage(row());
    }`;
  assert.equal(run(folder, code), "simd128");
});

