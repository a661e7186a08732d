import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { CELLS, file, frames, logits, weights } from "./cells.mjs";
import { project, variants } from "./fixture.mjs";
import { CASES, UTTERANCES, digest, fixed, named, network } from "./golden.mjs";
import { bits, near, refused } from "./reference.mjs";

const both = await variants(project(), "layernorm/sequence");
const [{ Classifier, LnGru }] = both;
const NAMES = Object.keys(CELLS);
const [INPUTS, UNITS, CLASSES] = [12, 16, 9];

/** A model of `f32` and its file. */
function float(name) {
  const shape = { inputs: INPUTS, units: UNITS, weights: weights(name, INPUTS, UNITS, CLASSES), epsilon: 1e-3 };
  const header = { kind: CELLS[name].kind, storage: 1, inputs: INPUTS, units: UNITS, classes: CLASSES, epsilon: 1e-3 };
  return { shape, bytes: file(header, shape.weights) };
}

/** Logits of a sequence. */
function heard(Classifier, bytes, sequence) {
  const model = new Classifier(bytes);
  for (const frame of sequence) model.push(frame);
  const values = model.logits();
  model.dispose();
  return values;
}

test("logits of f32 agree with the equations in f64, and have the same bits in both variants", () => {
  for (const name of NAMES) {
    const { shape, bytes } = float(name);
    for (const length of [0, 1, 7, 16, 29]) {
      const sequence = frames(length, INPUTS, length);
      const [simd, scalar] = both.map(({ Classifier }) => heard(Classifier, bytes, sequence));
      assert.equal(simd.constructor.name, "Float32Array");
      near(simd, logits(name, shape, CLASSES, sequence), 2e-5);
      assert.deepEqual(bits(simd), bits(scalar));
    }
  }
});

test("logits in integers are the golden ones, in both variants", () => {
  assert.equal(new Set(CASES.map(({ kind, storage }) => kind + storage)).size, 8);
  for (const { Classifier } of both) {
    for (const { name, file, frames, logits } of CASES) {
      const model = new Classifier(file);
      frames.forEach((frame, t) => {
        model.push(frame);
        assert.deepEqual([...model.logits()], logits[t], `${name}, frame ${t}`);
      });
      model.dispose();
    }
  }
});

test("a leaky mean fades, agrees with its weights in f64, and is the plain one at first", () => {
  const [shift, window] = [3, 8];
  for (const name of NAMES) {
    const { shape, bytes } = float(name);
    for (const { Classifier } of both) {
      const model = new Classifier(bytes, { leaky: shift });
      for (let round = 0; round < 2; round++) {
        const sequence = frames(40, INPUTS, round);
        sequence.forEach((frame, t) => {
          model.push(frame);
          if (t % 13 === 0 || t === 39) near(model.logits(), logits(name, shape, CLASSES, sequence.slice(0, t + 1), window), 2e-5);
        });
        const plain = heard(Classifier, bytes, sequence);
        assert.notDeepEqual(bits(model.logits()), bits(plain));
        model.reset();
      }
      model.dispose();
    }
  }
  for (const { Classifier } of both) {
    for (const { name, file, frames, logits } of CASES) {
      const model = new Classifier(file, { leaky: 15 });
      for (const frame of frames) model.push(frame);
      assert.deepEqual([...model.logits()], logits.at(-1), name);
      model.dispose();
    }
  }
});

test("the network's logits have the digest that they have natively, in both variants", () => {
  for (const { Classifier } of both) {
    const hash = createHash("sha256");
    for (const storage of ["f32", "i8", "i16"]) {
      const model = new Classifier(network(storage));
      const right = { count: 0, of: 0 };
      for (const { test, speaker, frames } of UTTERANCES) {
        for (const frame of frames) model.push(frame);
        const logits = model.logits();
        model.reset();
        hash.update(new Uint8Array(logits.buffer));
        right.of += test;
        right.count += test && logits.indexOf(Math.max(...logits)) === speaker;
      }
      model.dispose();
      assert.equal(((100 * right.count) / right.of).toFixed(1), named(storage));
    }
    assert.equal(hash.digest("hex"), digest("speaker"));
  }
});

test("what the file says can be read", () => {
  const about = ({ kind, storage, inputs, units, classes, fraction, scale, epsilon }) =>
    ({ kind, storage, inputs, units, classes, fraction, scale, epsilon });
  NAMES.forEach((name, i) => {
    const kind = ["RNN", "LSTM", "GRU", "StateNormLSTM"][i];
    const sizes = { inputs: INPUTS, units: UNITS, classes: CLASSES };
    const model = new Classifier(float(name).bytes);
    assert.deepEqual(about(model), { kind, storage: "f32", ...sizes, fraction: 0, scale: 1, epsilon: Math.fround(1e-3) });
    model.dispose();
    for (const storage of ["i8", "i16"]) {
      const bytes = fixed(kind, storage);
      const other = new Classifier(bytes.buffer);
      const { scale, epsilon, ...rest } = about(other);
      assert.deepEqual(rest, { kind, storage, inputs: 3, units: 6, classes: 2, fraction: 12 });
      const data = new DataView(bytes.buffer);
      assert.equal(epsilon, data.getFloat32(16, true));
      // Behind it are two biases, then the kernels.
      const kernels = (CELLS[name].gates * (3 + 6) * 6 + 2 * 6) * (storage === "i8" ? 1 : 2);
      assert.equal(scale, data.getFloat32(bytes.length - kernels - 3 * 4, true));
      other.dispose();
    }
  });
});

test("frames of numbers become codes: half to even, and the last ones beyond", () => {
  const model = new Classifier(network("i16"));
  const unit = 2 ** -model.fraction;
  const after = (frame) => {
    model.reset();
    model.push(frame);
    return [...model.logits()];
  };
  const same = (numbers, codes) => {
    const actual = after(Float32Array.from(numbers, (v) => v * unit));
    assert.deepEqual(actual, after(Int16Array.from(codes)));
    return actual;
  };
  const halves = [0, 2, 2, 4, 0, -2, -2, -4, 0, -8, 9, -9];
  const actual = same([0.5, 1.5, 2.5, 3.5, -0.5, -1.5, -2.5, -3.5, 0.25, -7.75, 9, -9], halves);
  // Small codes, so that each counts.
  halves.forEach((_, i) => assert.notDeepEqual(after(Int16Array.from(halves, (v, j) => v + (i === j))), actual));
  const [least, largest] = [-32768, 32767];
  same(
    [32767.4, 32768, 65536, 1e9, Infinity, 0, 0, -32768.5, -32769, -65536, -1e9, -Infinity],
    [largest, largest, largest, largest, largest, 0, 0, least, least, least, least, least],
  );
  model.dispose();
});

test("a session counts its frames, tells logits at any time, and begins anew", () => {
  for (const bytes of [float("LnLstm").bytes, fixed("LSTM", "i16")]) {
    const model = new Classifier(bytes);
    const sequence = frames(9, model.inputs);
    const prefixes = sequence.map((_, t) => [...heard(Classifier, bytes, sequence.slice(0, t + 1))]);
    for (let round = 0; round < 2; round++) {
      sequence.forEach((frame, t) => {
        model.push(frame);
        assert.equal(model.frames, t + 1);
        assert.deepEqual([...model.logits()], prefixes[t]);
        assert.deepEqual([...model.logits()], prefixes[t]);
      });
      model.reset();
      assert.equal(model.frames, 0);
    }
    const out = new (model.logits().constructor)(model.classes);
    model.push(sequence[0]);
    assert.equal(model.logits(out), out);
    assert.deepEqual([...out], prefixes[0]);
    model.dispose();
  }
});

test("many models live beside each other while memory grows, and their frames may be views", () => {
  const all = [...NAMES.map((name) => float(name).bytes), network("i8"), network("i16")];
  const sequence = frames(7, INPUTS);
  const expected = all.map((bytes) => [...heard(Classifier, bytes, sequence)]);
  const gru = new LnGru({ inputs: 1, units: INPUTS, weights: new Float32Array(LnGru.weightsLength(1, INPUTS)) });
  const before = gru.h;
  const models = [];
  while (before.length > 0) models.push(new Classifier(all[models.length % all.length]));
  for (const frame of sequence) {
    gru.state.set(frame);
    for (const model of models) model.push(gru.h);
  }
  models.forEach((model, i) => assert.deepEqual([...model.logits()], expected[i % all.length]));
  for (const instance of [gru, ...models]) instance.dispose();
});

test("bytes may be a view of the memory, though it grows, and need not be aligned", () => {
  const { bytes } = float("LnGru");
  const sequence = frames(7, INPUTS);
  const expected = [...heard(Classifier, bytes, sequence)];
  const shifted = new Uint8Array(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.deepEqual([...heard(Classifier, shifted.subarray(1), sequence)], expected);
  const holder = new LnGru({ inputs: 20000, units: 1, weights: new Float32Array(LnGru.weightsLength(20000, 1)) });
  const { buffer, byteOffset } = holder.x;
  const inside = new Uint8Array(buffer, byteOffset, bytes.length);
  inside.set(bytes);
  const models = [];
  while (inside.length > 0) models.push(new Classifier(inside));
  for (const frame of sequence) models.at(-1).push(frame);
  assert.deepEqual([...models.at(-1).logits()], expected);
  for (const instance of [holder, ...models]) instance.dispose();
});

test("what is disposed is used again, also by files that are refused, and is an error", () => {
  const { bytes } = float("LnGru");
  const [wrong, other] = [bytes.slice(0, -4), network("i16")];
  const size = () => {
    const models = [bytes, other].map((bytes) => new Classifier(bytes));
    assert.throws(() => new Classifier(wrong), RangeError);
    for (const model of models) model.dispose();
    const probe = new LnGru({ inputs: 1, units: 1, weights: new Float32Array(18) });
    const { byteLength } = probe.x.buffer;
    probe.dispose();
    return byteLength;
  };
  const before = size();
  for (let i = 0; i < 1000; i++) assert.equal(size(), before);
  const model = new Classifier(bytes);
  model.dispose();
  const verbs = [() => model.push(new Float32Array(INPUTS)), () => model.logits(), () => model.reset()];
  refused(verbs.map((verb) => [verb, TypeError, "Classifier: expected one in use, actual disposed"]));
});

test("every bad frame and array is named, and the session is as it was", () => {
  const nan = Float32Array.from({ length: INPUTS }, (_, i) => (i === 3 ? NaN : 0));
  const [f32, i8] = [network("f32"), network("i8")].map((bytes) => new Classifier(bytes));
  const before = [f32, i8].map((model) => {
    model.push(frames(1, INPUTS)[0]);
    return [...model.logits()];
  });
  refused([
    [() => f32.push([1]), TypeError, "frame: expected a Float32Array, actual Array"],
    [() => f32.push(new Int16Array(INPUTS)), TypeError, "frame: expected a Float32Array, actual Int16Array"],
    [() => f32.push(new Float32Array(3)), RangeError, "frame: expected length 12, actual 3"],
    [() => f32.logits(new Int32Array(CLASSES)), TypeError, "out: expected a Float32Array, actual Int32Array"],
    [() => f32.logits(new Float32Array(3)), RangeError, "out: expected length 9, actual 3"],
    [() => i8.push(), TypeError, "frame: expected a Float32Array or an Int16Array, actual undefined"],
    [() => i8.push(new Int16Array(3)), RangeError, "frame: expected length 12, actual 3"],
    [() => i8.push(nan), RangeError, "frame[3]: expected a number, actual NaN"],
    [() => i8.logits(new Float32Array(CLASSES)), TypeError, "out: expected an Int32Array, actual Float32Array"],
  ]);
  [f32, i8].forEach((model, i) => {
    assert.equal(model.frames, 1);
    assert.deepEqual([...model.logits()], before[i]);
    model.dispose();
  });
});

test("in integers a sequence ends at 65 535 frames, and not with a leaky mean", () => {
  const model = new Classifier(fixed("RNN", "i8"));
  const frame = Int16Array.of(1, 2, 3);
  for (let t = 0; t < 65535; t++) model.push(frame);
  const last = [...model.logits()];
  refused([[() => model.push(frame), RangeError, "frames: expected at most 65535, actual 65536"]]);
  assert.deepEqual([...model.logits()], last);
  model.reset();
  model.push(frame);
  assert.equal(model.frames, 1);
  model.dispose();
  const leaky = new Classifier(fixed("RNN", "i8"), { leaky: 4 });
  for (let t = 0; t < 70_000; t++) leaky.push(frame);
  assert.equal(leaky.frames, 70_000);
  leaky.dispose();
});

test("every number of a file that is wrong is named", () => {
  const { bytes } = float("LnGru");
  const i8 = network("i8");
  const changed = (bytes, change) => () => {
    const copy = bytes.slice();
    change(new DataView(copy.buffer));
    return new Classifier(copy);
  };
  const u8 = (offset, value) => (data) => data.setUint8(offset, value);
  const f32 = (offset, value) => (data) => data.setFloat32(offset, value, true);
  const cell = file({ kind: 3, storage: 1, inputs: 1, units: 1, classes: 0 }, new Float32Array(18));
  // Behind the header four rows of 24 bytes, then γ and β, 6 · 32 numbers each, a scale and 9 biases.
  const kernel = 24 + 4 * 24 + 4 * (2 * 6 * 32 + 1 + 9);
  refused([
    [() => new Classifier(), TypeError, "bytes: expected a Uint8Array or an ArrayBuffer, actual undefined"],
    [() => new Classifier(new Float32Array(6)), TypeError, "bytes: expected a Uint8Array or an ArrayBuffer, actual Float32Array"],
    [() => new Classifier(new Uint8Array(0)), RangeError, "bytes: expected a length of at least 24, actual 0"],
    [() => new Classifier(bytes.slice(0, 23)), RangeError, "bytes: expected a length of at least 24, actual 23"],
    [() => new Classifier(bytes.slice(0, 100)), RangeError, `bytes: expected length ${bytes.length}, actual 100`],
    [() => new Classifier(i8.slice(0, -1)), RangeError, `bytes: expected length ${i8.length}, actual ${i8.length - 1}`],
    [changed(bytes, u8(0, 0x50)), RangeError, `bytes[0]: expected LNSQ, actual "PNSQ"`],
    [changed(bytes, u8(4, 2)), RangeError, "bytes[4]: expected version 1, actual 2"],
    [changed(bytes, u8(6, 5)), RangeError, "bytes[6]: expected a kind of cell from 1 to 4, actual 5"],
    [changed(bytes, u8(7, 0)), RangeError, "bytes[7]: expected a storage from 1 to 3, actual 0"],
    [changed(bytes, u8(8, 0)), RangeError, "bytes[8]: expected at least 1 input, actual 0"],
    [changed(bytes, u8(10, 0)), RangeError, "bytes[10]: expected at least 1 unit, and norms of at most 32768 elements, actual 0"],
    [() => new Classifier(cell), RangeError, "bytes[12]: expected at least 1 class, actual 0"],
    [changed(bytes, u8(14, 1)), RangeError, "bytes[14]: expected at most 15 fraction bits, 0 for f32, actual 1"],
    [changed(i8, u8(14, 16)), RangeError, "bytes[14]: expected at most 15 fraction bits, 0 for f32, actual 16"],
    [changed(bytes, f32(16, -1)), RangeError, "bytes[16]: expected a finite epsilon of at least 0, actual -1"],
    [changed(bytes, f32(16, NaN)), RangeError, "bytes[16]: expected a finite epsilon of at least 0, actual NaN"],
    ...[bytes, i8].flatMap((bytes) => [2, 3, 4].map((norm) =>
      [changed(bytes, u8(20, norm)), RangeError, `bytes[20]: expected norm 1, LayerNorm, actual ${norm}`])),
    [changed(bytes, u8(22, 7)), RangeError, "bytes[21]: expected three zeros, actual 0,7,0"],
    [changed(bytes, f32(24 + 4 * 3, NaN)), RangeError, "weights[3]: expected a finite number, actual NaN"],
    [changed(bytes, f32(bytes.length - 4, -Infinity)), RangeError,
      `weights[${bytes.length / 4 - 7}]: expected a finite number, actual -Infinity`],
    [changed(i8, u8(24 + 24, 41)), RangeError, "bytes[48]: expected a number that folding gives, actual another"],
    [changed(i8, (data) => data.setInt32(kernel - 4, -(2 ** 31), true)), RangeError,
      `bytes[${i8.length - 32}]: expected a number that folding gives, actual another`],
  ]);
});
