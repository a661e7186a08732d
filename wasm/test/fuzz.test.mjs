// Random calls of the package: what is valid agrees with a second form of the same call, what is not is a TypeError or a
// RangeError that names the argument, and in both cases nothing else in memory has changed.
//
// LAYERNORM_SEED repeats a run, LAYERNORM_FUZZ_SECONDS (60 with LAYERNORM_FULL) makes it longer.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project } from "./fixture.mjs";

const seed = Number(process.env.LAYERNORM_SEED ?? Date.now() % 2 ** 31);
const seconds = Number(process.env.LAYERNORM_FUZZ_SECONDS ?? (process.env.LAYERNORM_FULL ? 60 : 5));

const folder = project();
const full = await load(folder, "layernorm/full");

/** SplitMix32, so that a seed is a run. */
let state = seed >>> 0;
function word() {
  state = (state + 0x9e3779b9) >>> 0;
  let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
const below = (n) => word() % n;
const chance = (n) => below(n) === 0;
const pick = (of) => of[below(of.length)];

const NAN = 0x7fc00000;
const float = new Float32Array(1);
const word32 = new Uint32Array(float.buffer);

/** A number of any bits, or a usual one. */
function number(finite) {
  if (chance(3)) return (below(2001) - 1000) / 100;
  word32[0] = word();
  if (finite && !Number.isFinite(float[0])) word32[0] &= 0xff7fffff;
  return float[0];
}

function floats(length, finite = !chance(4)) {
  const values = Float32Array.from({ length }, () => number(finite));
  if (chance(6)) values.fill(number(true));
  return values;
}

const bits = (values) => new Uint32Array(values.buffer, values.byteOffset, values.length);
const same = (a, b, what) => assert.ok(Buffer.compare(Buffer.from(bits(a).slice().buffer), Buffer.from(bits(b).slice().buffer)) === 0, what);
const oneNan = (values, what) => bits(values).forEach((v, i) => assert.ok((v & 0x7fffffff) <= 0x7f800000 || v === NAN, `${what}: NaN ${v.toString(16)} at ${i}`));

/** The sum as f32, with the one NaN. */
const sum = (a, b) => a.map((v, i) => {
  const s = Math.fround(v + b[i]);
  return Number.isNaN(s) ? NaN : s;
});

/** Instances that only look on: the same views with the same numbers, whatever is called meanwhile. */
const bystanders = [];
function lookOn() {
  while (bystanders.length < 6) {
    const [width, rows] = [1 + below(60), 1 + below(4)];
    const norm = new full.LayerNorm({ width, rows, gamma: floats(width, true), beta: floats(width, true), residual: chance(2) });
    norm.x.set(floats(rows * width, true));
    const views = ["x", "y", "gamma", "beta", ...(norm.residual ? ["residual"] : [])];
    bystanders.push({ norm, views, kept: views.map((view) => norm[view].slice()) });
  }
}
function unchanged(what) {
  for (const { norm, views, kept } of bystanders) {
    views.forEach((view, i) => same(norm[view], kept[i], `${what}: ${view} of another instance has changed`));
  }
  if (chance(5)) bystanders.splice(below(bystanders.length), 1)[0].norm.dispose();
}

/** Options of a call, valid. */
function options(width) {
  return {
    width,
    ...(chance(2) && { gamma: floats(width, true) }),
    ...(chance(2) && { beta: floats(width, true) }),
    ...(chance(2) && { epsilon: pick([0, 1e-45, 1e-5, 1, Math.abs(number(true))]) }),
    ...(chance(4) && { unitOffset: true }),
  };
}

const NORMS = [
  { centred: true, norm: full.layerNorm, channelsFirst: full.layerNormChannelsFirst, Norm: full.LayerNorm, backward: full.layerNormBackward, chunk: full.layerNormChunk },
  { centred: false, norm: full.rmsNorm, channelsFirst: full.rmsNormChannelsFirst, Norm: full.RmsNorm, backward: full.rmsNormBackward, chunk: full.rmsNormChunk },
];

/** Valid calls: each in two forms. */
const CALLS = {
  resident({ norm, Norm }, { x, width, rows }) {
    const given = options(width);
    const y = norm(x, given);
    const instance = new Norm({ ...given, rows });
    instance.x.set(x);
    instance.forward();
    same(instance.y, y, "resident");
    oneNan(instance.rstd, "rstd");
    instance.dispose();
    oneNan(y, "y");
  },
  inPlace({ norm }, { x, width, rows }) {
    const given = { ...options(width), rstd: new Float32Array(rows) };
    const y = norm(x, given);
    const place = x.slice();
    assert.equal(norm(place, { ...given, out: place }), place);
    same(place, y, "in place");
    oneNan(given.rstd, "rstd");
  },
  strided({ norm }, { x, width, rows }) {
    const given = options(width);
    const [stride, outStride] = [width + below(5), width + below(5)];
    const y = norm(x, given);
    const spread = (from, step) => {
      const to = new Float32Array((rows - 1) * step + width).fill(7);
      for (let r = 0; r < rows; r++) to.set(from.subarray(r * width, (r + 1) * width), r * step);
      return to;
    };
    const out = new Float32Array((rows - 1) * outStride + width).fill(7);
    norm(spread(x, stride), { ...given, stride, outStride, out });
    same(out, spread(y, outStride), "strided");
  },
  planes({ norm, channelsFirst }, { x, width, rows }) {
    const { width: channels, ...given } = options(width);
    const transposed = (of, a, b) => of.map((_, i) => of[(i % a) * b + Math.floor(i / a)]);
    const y = norm(x, { width, ...given });
    same(channelsFirst(transposed(x, rows, width), { channels, positions: rows, ...given }), transposed(y, rows, width), "channels first");
  },
  residual({ norm, Norm }, { x, width, rows }) {
    const given = options(width);
    const before = floats(x.length);
    const instance = new Norm({ ...given, rows, residual: true });
    instance.x.set(x);
    instance.residual.set(before);
    instance.forward();
    const total = sum(before, x);
    same(instance.residual, total, "what is left in the residual");
    // Before the view is asked for, which does not outlive a memory that grows.
    const expected = norm(total, given);
    same(instance.y, expected, "residual");
    instance.dispose();
  },
  sublayers({ centred, norm }, { x, width }) {
    const given = options(width);
    const around = { ...given, norm: centred ? "layer" : "rms" };
    const addend = floats(x.length);
    const copy = (_, out) => out.set(addend);
    const [pre, post] = [x.slice(), x.slice()];
    same(full.preNorm(pre, copy, around), sum(x, addend), "pre-norm");
    same(full.postNorm(post, copy, around), norm(sum(addend, x), given), "post-norm");
  },
  modulated({ norm }, { x, width, rows }) {
    const samples = pick([1, rows]);
    const [scale, shift] = [floats(samples * width, true), floats(samples * width, true)];
    const y = norm(x, { width, scale, shift });
    oneNan(y, "modulated");
    const of = rows / samples;
    for (let s = 0; s < samples; s++) {
      const part = (values, length) => values.slice(s * length, (s + 1) * length);
      const affine = { width, gamma: part(scale, width), beta: part(shift, width), unitOffset: true };
      same(part(y, of * width), norm(part(x, of * width), affine), "a sample alone");
    }
  },
  gradients({ backward, Norm }, { x, width, rows }) {
    const given = options(width);
    const dy = floats(x.length);
    const grads = { dgamma: new Float32Array(width), dbeta: new Float32Array(width) };
    const dx = backward(x, dy, { ...given, ...grads });
    for (const values of [dx, ...Object.values(grads)]) oneNan(values, "gradients");
    const instance = new Norm({ ...given, rows, backward: true });
    instance.x.set(x);
    instance.forward();
    instance.dy.set(dy);
    instance.backward();
    same(instance.dx, dx, "resident dx");
    if (given.gamma) same(instance.dgamma, grads.dgamma, "resident dgamma");
    instance.dispose();
  },
  pieces({ centred, norm, chunk }, { x, width }) {
    const row = x.subarray(0, width);
    const { epsilon, ...given } = options(width);
    const cut = below(width + 1);
    const moments = new full.Moments({ centred });
    let stats;
    for (let pass = 0; !stats; pass++) {
      assert.ok(pass < 6, "more than six passes");
      moments.push(row.subarray(0, cut));
      moments.push(row.subarray(cut));
      stats = moments.finish(epsilon);
    }
    const out = new Float32Array(width);
    for (const [from, to] of [[0, cut], [cut, width]]) {
      chunk(row.subarray(from, to), { ...given, stats, offset: from, out: out.subarray(from, to) });
    }
    same(out, norm(row, { ...given, ...(epsilon !== undefined && { epsilon }) }), "in pieces");
    oneNan(Float32Array.of(stats.mean, stats.rstd), "statistics");
  },
};

/** Values that no option takes, and those that some do. */
const ODD = [undefined, null, NaN, -1, 0, 1, 1.5, 2, 1e9, 2 ** 31, 2 ** 32, 2 ** 53, Infinity, -Infinity, "", "4", true, {}, [], () => 0, 3n, Symbol("s")];
const odd = () => (chance(2) ? pick(ODD) : pick([floats(below(9)), new Float64Array(4), new ArrayBuffer(8), [1, 2]]));
const NAMES = ["width", "gamma", "beta", "epsilon", "out", "mean", "rstd", "stride", "outStride", "scale", "shift", "rows", "channels", "positions", "dgamma", "dbeta", "stats", "offset", "residual", "backward", "norm"];

/** A call with options that may be anything: it returns, or refuses by name. */
function anything() {
  const { norm, channelsFirst, Norm, backward, chunk } = pick(NORMS);
  const given = { width: pick([2, 3, 4]), ...(chance(2) && { channels: 2, positions: 2 }) };
  for (let n = below(4); n > 0; n--) given[pick(NAMES)] = odd();
  const x = chance(6) ? odd() : floats(pick([4, 6, 12]), true);
  const again = x?.slice?.();
  const call = pick([
    () => norm(x, given),
    () => channelsFirst(x, given),
    () => new Norm(given).dispose(),
    () => backward(x, chance(2) ? odd() : floats(12), given),
    () => chunk(x, given),
    () => full.preNorm(x, chance(3) ? odd() : () => {}, given),
    () => full.postNorm(x, chance(3) ? odd() : () => {}, given),
    () => new full.Moments(pick([undefined, {}, given])).push(x),
    () => new full.Moments().merge(odd()),
    () => new full.Moments().finish(odd()),
    () => {
      const instance = new Norm({ width: 3, rows: 2 });
      try {
        instance.forward(odd());
      } finally {
        instance.dispose();
      }
    },
  ]);
  try {
    call();
  } catch (error) {
    const refused = error instanceof TypeError || error instanceof RangeError;
    assert.ok(refused && /expected|memory/.test(error.message), `${String(call)} ${show(given)}: ${error.stack}`);
    if (x instanceof Float32Array && again) same(x, again, `${String(call)}: refused, yet x has changed`);
  }
}

const show = (given) => Object.entries(given).map(([name, value]) => `${name}: ${typeof value} ${String(Object(value)[Symbol.toStringTag] ?? value)}`).join(", ");

test(`random calls agree in all forms, bad ones are refused (LAYERNORM_SEED=${seed})`, () => {
  const end = Date.now() + 1000 * seconds;
  const counts = {};
  let total = 0;
  for (; Date.now() < end; total++) {
    lookOn();
    if (chance(3)) {
      anything();
      unchanged("a call with any options");
      continue;
    }
    const name = pick(Object.keys(CALLS));
    const [width, rows] = [1 + below(chance(4) ? 700 : 40), 1 + below(6)];
    const x = floats(width * rows);
    try {
      CALLS[name](pick(NORMS), { x, width, rows });
    } catch (error) {
      error.message += ` (call ${total} of LAYERNORM_SEED=${seed}, ${name}, ${rows} × ${width})`;
      throw error;
    }
    unchanged(name);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  for (const { norm } of bystanders.splice(0)) norm.dispose();
  console.log(`seed ${seed}: ${total} calls in ${seconds} s`, JSON.stringify(counts));
  for (const name of Object.keys(CALLS)) assert.ok(counts[name] > 0, `${name} was not called`);
});
