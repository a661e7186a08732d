// Norms of codes: the golden cases of the definition, and what is wrong.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, moduleBytes, project, root } from "./fixture.mjs";

const folder = project();
const simd = await load(folder, "layernorm/quantized");
const slim = await load(folder, "layernorm/quantized/slim");
slim.initSync({ source: moduleBytes(folder, "quantized/scalar") });
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

test("the module with SIMD comes along, the other is given", () => {
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
  // Rows that come to lie where later ones still are.
  const both = new Int8Array(x.length + width);
  both.set(x);
  layerNorm(both.subarray(0, x.length), { ...given, out: both.subarray(width) });
  assert.deepEqual(both.subarray(width), y);
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
  assert.throws(() => norm.report(), /^TypeError: LayerNorm: expected one in use, actual disposed: make another/);
});

test("wrong arguments are named, with what was expected, what came, and the way out", () => {
  const { layerNorm, LayerNorm } = simd;
  const good = { width: 2, input: { type: "i8", scale: 1 }, output: { type: "u8", scale: 1 } };
  const resident = (change) => () => new LayerNorm({ ...good, ...change });
  const [x, scales] = [Int8Array.of(1, 2, 3), { input: { scale: 1 }, output: { scale: 1 } }];
  const CODES = "an Int8Array or a Uint8Array or an Int16Array";
  const ONE = "{ scale: 0.02, zeroPoint: 0 } for one";
  for (const [call, message] of [
    [() => new LayerNorm(), "TypeError: options: expected an object, actual none: LayerNorm takes { width, rows, gamma, beta, epsilon, input, output, residual }"],
    [resident({ eps: 1 }), "TypeError: eps: expected an option of LayerNorm, actual none of them: write epsilon"],
    [resident({ width: 0 }), "RangeError: width: expected a whole number from 1 to 32768, actual 0: the features in a row, { width: 768 }"],
    [resident({ width: 40000 }), "RangeError: width: expected a whole number from 1 to 32768, actual 40000: the features in a row, { width: 768 }"],
    [resident({ rows: 1.5 }), "RangeError: rows: expected a whole number of at least 1, actual 1.5: most rows of a call"],
    [resident({ epsilon: -1 }), "RangeError: epsilon: expected a finite number of at least 0, actual -1: 1e-5 is usual"],
    [resident({ gamma: Float32Array.of(1, NaN) }), "RangeError: gamma[1]: expected a finite number, actual NaN: see where it comes from"],
    [resident({ beta: Float32Array.of(1) }), "RangeError: beta: expected length 2, actual 1: one number for each feature"],
    [resident({ input: undefined }), "TypeError: options: expected an object, actual none: input takes { type, scale, zeroPoint }"],
    [resident({ input: { type: "int8", scale: 1 } }), 'TypeError: input.type: expected "i8", "u8" or "i16", actual "int8": the type of its codes'],
    [resident({ input: { type: "i8" } }), `TypeError: input.scale: expected a number, actual undefined: ${ONE}`],
    [resident({ input: { type: "i8", scale: 1, zeropoint: 3 } }), "TypeError: zeropoint: expected an option of input, actual none of them: write zeroPoint"],
    [resident({ output: { type: "u8", scale: 0 } }), `RangeError: output.scale: expected a finite scale > 0, actual 0: ${ONE}`],
    [resident({ output: { type: "u8", scale: 1e-50 } }), `RangeError: output.scale: expected a finite scale > 0, actual 1e-50: ${ONE}`],
    [resident({ output: { type: "u8", scale: 1, zeroPoint: -1 } }), "RangeError: output.zeroPoint: expected a whole number from 0 to 255, actual -1: the code of 0, one of u8"],
    [resident({ output: { type: "u8", scale: 1, zeroPoint: "3" } }), "TypeError: output.zeroPoint: expected a number, actual String: Number(output.zeroPoint)"],
    [resident({ residual: 3 }), "TypeError: options: expected an object, actual 3: residual takes { type, scale, zeroPoint }"],
    [resident({ residual: { type: "i16", scale: 3 } }), 'TypeError: residual.type: expected "i8", actual "i16": the type of its codes, or leave it out'],
    [() => layerNorm(x, { ...scales, output: { type: 8, scale: 1 } }), 'TypeError: output.type: expected "i8", actual 8: the type of its codes, or leave it out'],
    [() => layerNorm([1, 2], scales), `TypeError: x: expected ${CODES}, actual Array: Int8Array.from(x)`],
    [() => layerNorm(x, { ...scales, width: 2 }), "RangeError: x: expected a length that is a multiple of width 2, actual 3: give whole rows, or the width that they have"],
    [() => layerNorm(x, { ...scales, out: new Int8Array(2) }), "RangeError: out: expected length 3, actual 2: as long as x"],
    [() => layerNorm(x, { ...scales, out: new Float32Array(3) }), `TypeError: out: expected ${CODES}, actual Float32Array: Int8Array.from(out)`],
    [() => layerNorm(x, {}), "TypeError: options: expected an object, actual none: input takes { type, scale, zeroPoint }"],
    [() => layerNorm(x), "TypeError: options: expected an object, actual none: layerNorm takes { width, gamma, beta, epsilon, input, output, out }"],
  ]) {
    assert.throws(call, (error) => (assert.equal(String(error), message), true));
  }
});
