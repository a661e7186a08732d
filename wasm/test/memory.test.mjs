import assert from "node:assert/strict";
import { test } from "node:test";
import { load, project } from "./fixture.mjs";

const { LayerNorm, RmsNorm } = await load(project(), "layernorm/full");

/** Bytes an instance takes beside its views: seven parts in whole cache lines, long ones behind a gap, and one for the call. */
const CONSTANT = 512 + 7 * 192;
/** The same with gradients, which are five parts more. */
const WITH_GRADIENTS = 832 + 12 * 192;
/** Bytes that a row takes with gradients: its statistics. */
const STATISTICS = 16;
/** A small one, one with tails everywhere, many rows, the usual one, one long row. */
const SHAPES = [[1, 1], [3, 100], [5000, 1], [64, 768], [1, 65536]];

const ones = (length) => new Float32Array(length).fill(1);
const whole = { views: ["x", "y", "mean", "rstd", "gamma", "beta"], options: (width) => ({ gamma: ones(width), beta: ones(width) }) };
const residual = { views: [...whole.views, "residual"], options: (width) => ({ ...whole.options(width), residual: true }) };
const plain = { views: ["x", "y", "mean", "rstd"], options: () => ({}) };
const gradients = {
  views: [...residual.views, "dy", "dx", "dgamma", "dbeta"],
  options: (width) => ({ ...residual.options(width), backward: true }),
};
const rms = { ...whole, views: whole.views.filter((view) => view !== "mean") };

/** Fails where the next instance lies further away than views and constant explain. All stay, so nothing is reused. */
function holds(Norm, { views, options }, constant = CONSTANT, ofRow = 0) {
  for (const [rows, width] of SHAPES) {
    const norms = Array.from({ length: 15 }, () => new Norm({ rows, width, ...options(width) }));
    all.push(...norms);
    const bytes = views.reduce((sum, view) => sum + norms[0][view].byteLength, ofRow * rows);
    const at = norms.map(({ x }) => x.byteOffset);
    const steps = at.slice(1).map((address, i) => address - at[i]).sort((a, b) => a - b);
    // The middle one: elsewhere lies what another test left free.
    const beside = steps[steps.length >> 1] - bytes;
    assert.ok(beside >= 0 && beside <= constant, `${rows} × ${width}: ${beside} bytes beside ${bytes} of views`);
  }
}
const all = [];

test(`an instance takes what its views hold and at most ${CONSTANT} bytes`, () => {
  holds(LayerNorm, whole);
  holds(LayerNorm, residual);
});

test("so does one without gamma and beta", () => holds(LayerNorm, plain));
test(`with gradients it takes ${STATISTICS} bytes a row more, and at most ${WITH_GRADIENTS}`, () =>
  holds(LayerNorm, gradients, WITH_GRADIENTS, STATISTICS));
test("so does one of RMSNorm", () => holds(RmsNorm, rms));

test("what is disposed is used again", () => {
  /** Size of memory while one more is there. */
  const size = () => {
    const norm = new LayerNorm({ rows: 64, width: 768, ...residual.options(768) });
    const { byteLength } = norm.x.buffer;
    norm.dispose();
    return byteLength;
  };
  const before = size();
  for (let i = 0; i < 1000; i++) assert.equal(size(), before);
});
