import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { load, project, root } from "./fixture.mjs";

const { layerNorm, rmsNorm } = await load(project());
const read = (file) => readFileSync(join(root, "tests", "golden", "onnx", file));

// The files are described in tests/golden/README.md.
test("all 38 ONNX cases, Mean and InvStdDev too", () => {
  const data = new Float32Array(new Uint8Array(read("cases.f32")).buffer);
  const [, ...lines] = read("cases.txt").toString().trimEnd().split("\n");
  let compared = 0;
  for (const line of lines) {
    const [name, op, axis, epsilon, shape, offset, tensors] = line.split(" ");
    const dims = shape.split("x").map(Number);
    const product = (part) => part.reduce((a, b) => a * b, 1);
    const [rows, width] = [product(dims.slice(0, axis)), product(dims.slice(axis))];
    const length = { X: rows * width, W: width, B: width, Y: rows * width, Mean: rows, InvStdDev: rows };
    let at = Number(offset);
    const golden = Object.fromEntries(tensors.split(",").map((t) => [t, data.subarray(at, (at += length[t]))]));
    const [mean, rstd] = [new Float32Array(rows), new Float32Array(rows)];
    const options = { width, gamma: golden.W, epsilon: Number(epsilon), rstd };
    const layer = op === "LayerNormalization";
    const y = layer ? layerNorm(golden.X, { ...options, beta: golden.B, mean }) : rmsNorm(golden.X, options);
    for (const [tensor, actual] of [["Y", y], ["Mean", layer && mean], ["InvStdDev", layer && rstd]]) {
      if (!actual || !golden[tensor]) continue;
      golden[tensor].forEach((e, i) => {
        assert.ok(Math.abs(actual[i] - e) <= 1e-6 * Math.max(1, Math.abs(e)), `${name} ${tensor}[${i}]: ${actual[i]} for ${e}`);
      });
      compared += 1;
    }
  }
  assert.equal(lines.length, 38);
  assert.equal(compared, 38 + 2 * 19);
});
