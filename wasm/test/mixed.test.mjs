import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { load, project } from "./fixture.mjs";
import { launch, result, serve } from "./pages.mjs";
import { bits, random, refused } from "./reference.mjs";

const folder = project();
const { layerNorm, narrow, rmsNorm, widen } = await load(folder, "layernorm/mixed");
const f32 = await load(folder);

/** Both types: digits behind the point, and what an exponent of 0 in the code stands for. */
const TYPES = { f16: { digits: 10, bias: 15, nan: 0x7e00 }, bf16: { digits: 7, bias: 127, nan: 0x7fc0 } };
const CODES = Uint16Array.from({ length: 65536 }, (_, code) => code);

/** What a code stands for, by the standard's formula, in f64. */
function value(code, { digits, bias }) {
  const [sign, exponent, fraction] = [code >> 15 ? -1 : 1, (code & 0x7fff) >> digits, (code & (2 ** digits - 1)) / 2 ** digits];
  if (exponent === 2 * bias + 1) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? (1 + fraction) * 2 ** (exponent - bias) : fraction * 2 ** (1 - bias));
}

/** The nearest code of a number, half to even, by looking for it among all of them. */
function nearest(number, type) {
  const { digits, bias, nan } = type;
  if (Number.isNaN(number)) return nan;
  const [sign, magnitude] = [number < 0 || Object.is(number, -0) ? 0x8000 : 0, Math.abs(number)];
  const infinity = (2 * bias + 1) << digits;
  let [low, high] = [0, infinity];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (value(middle, type) <= magnitude) low = middle;
    else high = middle;
  }
  if (magnitude === Infinity) return sign | infinity;
  // As if the largest number were followed by another.
  const next = high === infinity ? 2 ** (bias + 1) : value(high, type);
  const [below, above] = [magnitude - value(low, type), next - magnitude];
  return sign | (below < above || (below === above && low % 2 === 0) ? low : high);
}

/** The f32 behind and before a number. */
function neighbours(number) {
  const word = new Int32Array(Float32Array.of(number).buffer)[0];
  return [-1, 1].map((step) => new Float32Array(Int32Array.of(word + step).buffer)[0]);
}

for (const [dtype, type] of Object.entries(TYPES)) {
  test(`all 65536 codes of ${dtype} become their number, and come back`, () => {
    const numbers = widen(CODES, { dtype });
    CODES.forEach((code) => assert.ok(Object.is(numbers[code], value(code, type)), `${code}: ${numbers[code]}`));
    const back = narrow(numbers, { dtype });
    CODES.forEach((code) => assert.equal(back[code], Number.isNaN(numbers[code]) ? type.nan : code));
  });

  test(`numbers on and beside every rounding boundary of ${dtype} go to the nearest code, half to even`, () => {
    const last = (2 * type.bias + 1) << type.digits;
    const numbers = [0, 2 ** -149, 2 ** -126, 3.4028234663852886e38, Infinity, NaN];
    for (let code = 0; code < last; code++) {
      const next = code + 1 === last ? 2 ** (type.bias + 1) : value(code + 1, type);
      const middle = (value(code, type) + next) / 2;
      assert.equal(Math.fround(middle), middle);
      numbers.push(middle, ...neighbours(middle));
    }
    const both = Float32Array.from(numbers.flatMap((number) => [number, -number]));
    const codes = narrow(both, { dtype });
    both.forEach((number, i) => assert.equal(codes[i], nearest(number, type), `${number}`));
  });

  test(`rows of ${dtype} are the results of f32, rounded once`, () => {
    for (const [rows, width] of [[1, 1], [3, 5], [7, 64], [300, 768]]) {
      const [x, gamma, beta] = [random(rows * width), random(width, 2), random(width, 3)].map((of) => narrow(of, { dtype }));
      const wide = [x, gamma, beta].map((of) => widen(of, { dtype }));
      for (const unitOffset of [false, true]) {
        const [mean, rstd, meanWide, rstdWide] = Array.from({ length: 4 }, () => new Float32Array(rows));
        const options = { width, epsilon: 1e-3, unitOffset };
        const y = layerNorm(x, { ...options, dtype, gamma, beta, mean, rstd });
        const expected = f32.layerNorm(wide[0], { ...options, gamma: wide[1], beta: wide[2], mean: meanWide, rstd: rstdWide });
        assert.ok(y instanceof Uint16Array);
        expected.forEach((v, i) => assert.equal(y[i], nearest(v, type)));
        assert.deepEqual([bits(mean), bits(rstd)], [bits(meanWide), bits(rstdWide)]);
        const rms = rmsNorm(x, { ...options, dtype, gamma, rstd });
        f32.rmsNorm(wide[0], { ...options, gamma: wide[1] }).forEach((v, i) => assert.equal(rms[i], nearest(v, type)));
      }
    }
  });
}

test("types may be mixed, and arrays may overlap", () => {
  const x = random(140_000);
  const bf16 = narrow(x, { dtype: "bf16" });
  const [gamma, beta] = [random(700, 2), narrow(random(700, 3), { dtype: "bf16" })];
  const options = { width: 700, dtype: "bf16", gamma, beta };
  const expected = f32.layerNorm(widen(bf16, { dtype: "bf16" }), { width: 700, gamma, beta: widen(beta, { dtype: "bf16" }) });
  assert.deepEqual(bits(layerNorm(bf16, { ...options, out: new Float32Array(140_000) })), bits(expected));
  const codes = narrow(expected, { dtype: "bf16" });
  assert.deepEqual(layerNorm(bf16, options), codes);
  const memory = new Uint16Array(140_010);
  memory.set(bf16);
  layerNorm(memory.subarray(0, 140_000), { ...options, out: memory.subarray(10) });
  assert.deepEqual(memory.subarray(10), codes);
  // Twice as wide, in the same memory.
  const shared = new ArrayBuffer(4 * 140_000);
  const narrowest = new Uint16Array(shared, 0, 140_000);
  narrowest.set(bf16);
  assert.deepEqual(bits(layerNorm(narrowest, { ...options, out: new Float32Array(shared) })), bits(expected));
  assert.equal(layerNorm(bf16, { ...options, out: bf16 }), bf16);
  assert.deepEqual(bf16, codes);
  assert.deepEqual(layerNorm(x.subarray(0, 700), { width: 700 }), f32.layerNorm(x.subarray(0, 700), { width: 700 }));
});

test("rows at the ends of f16 are right, and a row that is not finite has one NaN", () => {
  const x = Uint16Array.of(0x7bff, 0xfbff, 0x7bff, 0xfbff, 1, 2, 3, 4, 5, 5, 5, 5, 0x7c00, 0, 0, 0); // ±65504; subnormals; constant; infinite
  const y = layerNorm(x, { width: 4, dtype: "f16", epsilon: 0, beta: Float32Array.of(1, 2, 3, 4) });
  assert.deepEqual([...widen(y, { dtype: "f16" }).subarray(0, 4)], [2, 1, 4, 3]);
  // Of 1, 2, 3, 4, whatever their scale: ∓1.3416…, ∓0.4472….
  assert.deepEqual([...y.subarray(4, 8)], [-0.34164078649987384, 1.5527864045000421, 3.447213595499958, 5.341640786499874].map((v) => nearest(v, TYPES.f16)));
  assert.deepEqual([...widen(y, { dtype: "f16" }).subarray(8, 12)], [1, 2, 3, 4]);
  assert.deepEqual([...y.subarray(12)], [0x7e00, 0x7e00, 0x7e00, 0x7e00]);
  const large = layerNorm(Uint16Array.of(0, 0x3c00), { width: 2, dtype: "f16", gamma: Float32Array.of(1e5, 65519) });
  assert.deepEqual([...large], [0xfc00, nearest(65518.34482758621, TYPES.f16)]);
});

test("a Float16Array is told by its type, where there is one", async () => {
  const page = `import { layerNorm, widen } from "layernorm/mixed";
    const x = Float16Array.from({ length: 1400 }, (_, i) => Math.sin(12.9898 * (i + 1)));
    x[0] = NaN;
    const options = { width: 70, gamma: Float16Array.from({ length: 70 }, (_, i) => 1 + i / 70) };
    const [y, bits] = [layerNorm(x, options), new Uint16Array(x.buffer)];
    const same = layerNorm(bits, { ...options, dtype: "f16" });
    globalThis.result = [y instanceof Float16Array, new Uint16Array(y.buffer).join() === same.join(), same[69] === 0x7e00,
      widen(x).every((v, i) => Object.is(v, x[i])), layerNorm(x, { ...options, out: x }) === x && new Uint16Array(x.buffer).join() === same.join()];`;
  const outdir = join(folder, "page");
  mkdirSync(outdir);
  await build({ stdin: { contents: page, resolveDir: folder }, outfile: join(outdir, "page.js"), bundle: true, format: "esm" });
  writeFileSync(join(outdir, "index.html"), `<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>`);
  const browser = await launch();
  try {
    const { computed, complaints } = await result(`${await serve(outdir)}/index.html`, browser);
    assert.deepEqual([computed, complaints], [[true, true, true, true, true], []]);
  } finally {
    await browser.close();
  }
});

test("what is wrong is said, and nothing is written", () => {
  const [x, out] = [new Uint16Array(8).fill(0x3c00), new Uint16Array(8).fill(7)];
  const good = { width: 4, dtype: "f16", out };
  refused([
    [() => layerNorm(x, { width: 4, out }), TypeError, 'dtype: expected "f16" or "bf16", actual undefined'],
    [() => layerNorm(x, { ...good, dtype: "half" }), TypeError, 'dtype: expected "f16" or "bf16", actual "half"'],
    [() => layerNorm([1], good), TypeError, "x: expected a Float32Array or a Float16Array or a Uint16Array, actual Array"],
    [() => layerNorm(x, { ...good, width: 3 }), RangeError, "x: expected a length that is a multiple of width 3, actual 8"],
    [() => layerNorm(x, { ...good, gamma: new Uint16Array(3) }), RangeError, "gamma: expected length 4, actual 3"],
    [() => layerNorm(x, { ...good, gamma: Uint16Array.of(0, 0, 0x7c00, 0) }), RangeError, "gamma[2]: expected a finite number, actual Infinity"],
    [() => layerNorm(x, { ...good, out: new Uint16Array(4) }), RangeError, "out: expected length 8, actual 4"],
    [() => layerNorm(x, { ...good, epsilon: -1 }), RangeError, "epsilon: expected a finite number of at least 0, actual -1"],
    [() => layerNorm(x, { ...good, eps: 1 }), TypeError, "eps: expected an option of layerNorm, actual none of them"],
    [() => rmsNorm(x, { ...good, mean: new Float32Array(2) }), TypeError, "mean: expected an option of rmsNorm, actual none of them"],
    [() => layerNorm(x, { ...good, rstd: new Float32Array(3) }), RangeError, "rstd: expected length 2, actual 3"],
    [() => layerNorm(x, { ...good, rstd: new Float32Array(out.buffer, 8, 2) }), RangeError, "rstd: expected an array apart from out, actual one that overlaps it"],
    [() => narrow(Float32Array.of(1), {}), TypeError, 'dtype: expected "f16" or "bf16", actual undefined'],
    [() => widen(new Int16Array(1), { dtype: "f16" }), TypeError, "values: expected a Float16Array or a Uint16Array, actual Int16Array"],
  ]);
  assert.ok(out.every((v) => v === 7));
});
