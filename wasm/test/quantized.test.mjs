// Norms of codes: the golden cases of the definition, and what is wrong.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, project, root } from "./fixture.mjs";

const folder = project();
const simd = await load(folder, "layernorm/quantized");
const slim = await load(folder, "layernorm/quantized/slim");
slim.initSync({ source: readFileSync(join(folder, "node_modules/layernorm/quantized/scalar.wasm")) });
const VARIANTS = { simd128: simd, scalar: slim };

const ARRAYS = { i8: Int8Array, u8: Uint8Array, i16: Int16Array };
const float = (word) => new Float32Array(Uint32Array.of(parseInt(word, 16)).buffer)[0];
const floats = (words) => Float32Array.from(words, float);
const scale = ([bits, zeroPoint]) => ({ scale: float(bits), zeroPoint: Number(zeroPoint) });

const cases = readFileSync(join(root, "tests/golden/integer/cases.txt"), "utf8")
  .trimEnd()
  .split("\n\n")
  .map((lines) => Object.fromEntries(lines.split("\n").map((line) => line.split(" ")).map(([key, ...values]) => [key, values])))
  .filter((each) => each.case[0] === "quantized");

/** What a case says of its norm. */
function options(each) {
  const [rows, width] = each.shape.map(Number);
  return {
    width,
    rows: Math.max(rows, 1),
    gamma: floats(each.gamma),
    beta: floats(each.beta),
    epsilon: float(each.epsilon[0]),
    input: { type: each.input[0], ...scale(each.input.slice(1)) },
    output: { type: each.output[0], ...scale(each.output.slice(1)) },
    ...(each.residual_scale && { residual: scale(each.residual_scale) }),
  };
}

for (const [name, { LayerNorm, RmsNorm, layerNorm, rmsNorm }] of Object.entries(VARIANTS)) {
  test(`${name}: codes are those of the definition, and what cannot be folded is said`, () => {
    let [codes, errors] = [0, 0];
    for (const each of cases) {
      const [Norm, easy] = each.op[0] === "layer" ? [LayerNorm, layerNorm] : [RmsNorm, rmsNorm];
      if (each.error) {
        const message = each.error[0] === "residual" ? /^RangeError: residual\.scale: expected at least a 16th/ : new RegExp(`^RangeError: ${each.error[0]}.*: expected .*, actual `);
        assert.throws(() => new Norm(options(each)), message, each.case[1]);
        errors++;
        continue;
      }
      const norm = new Norm(options(each));
      norm.x.set(each.x.map(Number));
      norm.residual?.set(each.residual.map(Number));
      norm.forward();
      assert.deepEqual([...norm.y], each.y.map(Number), each.case[1]);
      if (norm.residual) {
        assert.deepEqual([...norm.residual], each.residual_out.map(Number), each.case[1]);
      } else {
        const { input, output, rows, ...rest } = options(each);
        const x = ARRAYS[input.type].from(each.x, Number);
        const out = new ARRAYS[output.type](x.length);
        assert.equal(easy(x, { ...rest, input, output, out }), out);
        assert.deepEqual([...out], each.y.map(Number), each.case[1]);
      }
      codes += norm.y.length;
      norm.dispose();
    }
    assert.ok(codes > 4000 && errors > 15, `${codes} codes, ${errors} errors`);
  });
}

test("the module with SIMD computes where there is SIMD, the other where it is given", () => {
  assert.equal(simd.backend(), "simd128");
  assert.equal(slim.backend(), "scalar");
});

test("many rows are normalised a part at a time, in place too", () => {
  const { layerNorm, LayerNorm } = simd;
  const [rows, width] = [3000, 100];
  const x = Int8Array.from({ length: rows * width }, (_, i) => (i * 7919) % 251 - 120);
  const given = { width, input: { scale: 0.02, zeroPoint: 3 }, output: { scale: 0.03, zeroPoint: -5 } };
  const y = layerNorm(x, given);
  assert.equal(y.constructor, Int8Array);
  const norm = new LayerNorm({ width, rows, input: { type: "i8", ...given.input }, output: { type: "i8", ...given.output } });
  norm.x.set(x);
  norm.forward();
  assert.deepEqual(y, norm.y.slice());
  norm.dispose();
  layerNorm(x, { ...given, out: x });
  assert.deepEqual(x, y);
});

test("what folding did is reported in steps of the output", () => {
  const scales = { input: { type: "i8", scale: 0.02, zeroPoint: 3 }, output: { type: "i8", scale: 0.01 } };
  const norm = new simd.LayerNorm({ width: 2, gamma: Float32Array.of(1, 1), beta: Float32Array.of(0, -1.5), ...scales });
  const { gammaError, betaError, saturated, largestNormalised } = norm.report();
  assert.ok(gammaError < 1e-6 && betaError < 1e-6);
  assert.deepEqual([saturated, largestNormalised], [1, 0]);
  norm.dispose();
  assert.throws(() => norm.report(), /^TypeError: LayerNorm: expected one in use, actual disposed$/);
});

test("wrong arguments are named, with what was expected and what came", () => {
  const { layerNorm, LayerNorm } = simd;
  const good = { width: 2, input: { type: "i8", scale: 1 }, output: { type: "u8", scale: 1 } };
  const resident = (change) => () => new LayerNorm({ ...good, ...change });
  const [x, scales] = [Int8Array.of(1, 2, 3), { input: { scale: 1 }, output: { scale: 1 } }];
  for (const [call, message] of [
    [resident({ width: 0 }), "RangeError: width: expected a whole number from 1 to 32768, actual 0"],
    [resident({ width: 40000 }), "RangeError: width: expected a whole number from 1 to 32768, actual 40000"],
    [resident({ rows: 1.5 }), "RangeError: rows: expected a whole number of at least 1, actual 1.5"],
    [resident({ epsilon: -1 }), "RangeError: epsilon: expected a finite number of at least 0, actual -1"],
    [resident({ gamma: Float32Array.of(1, NaN) }), "RangeError: gamma[1]: expected a finite number, actual NaN"],
    [resident({ beta: Float32Array.of(1) }), "RangeError: beta: expected length 2, actual 1"],
    [resident({ input: undefined }), 'TypeError: input.type: expected "i8", "u8" or "i16", actual undefined'],
    [resident({ input: { type: "int8", scale: 1 } }), 'TypeError: input.type: expected "i8", "u8" or "i16", actual "int8"'],
    [resident({ input: { type: "i8" } }), "TypeError: input.scale: expected a number, actual undefined"],
    [resident({ output: { type: "u8", scale: 0 } }), "RangeError: output.scale: expected a finite scale > 0, actual 0"],
    [resident({ output: { type: "u8", scale: 1e-50 } }), "RangeError: output.scale: expected a finite scale > 0, actual 1e-50"],
    [resident({ output: { type: "u8", scale: 1, zeroPoint: -1 } }), "RangeError: output.zeroPoint: expected a code of u8 from 0 to 255, actual -1"],
    [resident({ output: { type: "u8", scale: 1, zeroPoint: "3" } }), "TypeError: output.zeroPoint: expected a number, actual String"],
    [resident({ residual: 3 }), "TypeError: residual: expected { scale, zeroPoint }, actual 3"],
    [() => layerNorm([1, 2], scales), "TypeError: x: expected an Int8Array, a Uint8Array or an Int16Array, actual Array"],
    [() => layerNorm(x, { ...scales, width: 2 }), "RangeError: x: expected a length that is a multiple of width 2, actual 3"],
    [() => layerNorm(x, { ...scales, out: new Int8Array(2) }), "RangeError: out: expected length 3, actual 2"],
    [() => layerNorm(x, { ...scales, out: new Float32Array(3) }), "TypeError: out: expected an Int8Array, a Uint8Array or an Int16Array, actual Float32Array"],
    [() => layerNorm(x, {}), "TypeError: input.scale: expected a number, actual undefined"],
    [() => layerNorm(x), "TypeError: input.scale: expected a number, actual undefined"],
  ]) {
    assert.throws(call, (error) => `${error.name}: ${error.message}` === message || assert.equal(String(error), message));
  }
});
