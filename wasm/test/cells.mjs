// What tests of recurrent cells compare with: the equations of Ba, Kiros and Hinton 2016 (arXiv 1607.06450) in f64, those of the LSTM
// that carries LN(c), and files.

/** Of each class the number of its kind in files; of its gates, and of its gains for each unit. */
export const CELLS = {
  LnRnn: { kind: 1, gates: 1, gains: 1 },
  LnLstm: { kind: 2, gates: 4, gains: 9 },
  LnGru: { kind: 3, gates: 3, gains: 6 },
  LnStateNormLstm: { kind: 4, gates: 4, gains: 9 },
};

const sigmoid = (v) => 1 / (1 + Math.exp(-v));

/** Numbers from −1 to 1. Of sines alone kernels would have rank 2. */
function random(n, seed) {
  return Array.from({ length: n }, (_, i) => {
    const v = 43758.5453 * Math.sin(12.9898 * (i + 1) + seed);
    return 2 * (v - Math.floor(v)) - 1;
  });
}

/** Weights of a cell: kernels that do not saturate it, γ about 1, β about 0; then those of a dense layer. */
export function weights(name, inputs, units, classes = 0, seed = 1) {
  const { gates, gains } = CELLS[name];
  return Float32Array.of(
    ...random((inputs + units) * gates * units, seed).map((v) => v / 2),
    ...random(gains * units, seed + 1).map((v) => 1 + v / 4),
    ...random(gains * units, seed + 2).map((v) => v / 4),
    ...random((units + 1) * classes, seed + 3),
  );
}

export const frames = (count, inputs, seed = 5) =>
  Array.from({ length: count }, (_, t) => Float32Array.from(random(inputs, seed + t), (v) => 2 * v));

/** `x·W` for W with a row of `width` for each element of x. */
function product(x, matrix, width) {
  return Array.from({ length: width }, (_, j) => x.reduce((sum, v, i) => sum + v * matrix[i * width + j], 0));
}

function norm(row, gamma, beta, epsilon) {
  const mean = row.reduce((sum, v) => sum + v, 0) / row.length;
  const variance = row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / row.length;
  return row.map((v, i) => ((v - mean) / Math.sqrt(variance + epsilon)) * gamma[i] + beta[i]);
}

/** The state after a frame. */
export function step(name, { inputs, units, weights, epsilon = 1e-5 }, x, state) {
  const { gates, gains } = CELLS[name];
  let at = 0;
  const part = (length) => weights.subarray(at, (at += length));
  const [kernel, recurrent] = [inputs, units].map((rows) => part(rows * gates * units));
  const [gamma, beta] = [gains, gains].map((vectors) => part(vectors * units));
  const [h, c] = [state.slice(0, units), state.slice(units)];
  const [fromX, fromH] = [product([...x], kernel, gates * units), product(h, recurrent, gates * units)];
  /** Vectors of a sum, normalised by gains from vector `gain` on. */
  const normed = (sum, first, count, gain) => {
    const of = (values, vector) => values.slice(vector * units, (vector + count) * units);
    const y = norm(of(sum, first), of(gamma, gain), of(beta, gain), epsilon);
    return (vector, i) => y[vector * units + i];
  };
  const each = (of) => Array.from({ length: units }, (_, i) => of(i));
  if (name === "LnRnn") {
    const a = normed(fromX.map((v, i) => v + fromH[i]), 0, 1, 0);
    return each((i) => Math.tanh(a(0, i)));
  }
  if (name !== "LnGru") {
    const [a, b] = [normed(fromX, 0, 4, 0), normed(fromH, 0, 4, 4)];
    const gate = (vector, i) => a(vector, i) + b(vector, i);
    const next = each((i) => sigmoid(gate(0, i)) * c[i] + sigmoid(gate(1, i)) * Math.tanh(gate(3, i)));
    const out = normed(next, 0, 1, 8);
    const carried = name === "LnLstm" ? next : each((i) => out(0, i));
    return [...each((i) => sigmoid(gate(2, i)) * Math.tanh(out(0, i))), ...carried];
  }
  const [a, b] = [normed(fromX, 0, 2, 0), normed(fromH, 0, 2, 3)];
  const [xn, hn] = [normed(fromX, 2, 1, 2), normed(fromH, 2, 1, 5)];
  const gate = (vector, i) => sigmoid(a(vector, i) + b(vector, i));
  return each((i) => (1 - gate(0, i)) * h[i] + gate(0, i) * Math.tanh(xn(0, i) + gate(1, i) * hn(0, i)));
}

/** The state at the start. */
export const zeros = (name, units) => new Array((name.endsWith("Lstm") ? 2 : 1) * units).fill(0);

/** Logits of a sequence; over a leaky mean, which forgets, with the `window` that it has. */
export function logits(name, shape, classes, sequence, window = Infinity) {
  const { inputs, units, weights, epsilon } = shape;
  const layer = weights.subarray(weights.length - (units + 1) * classes);
  const cell = { inputs, units, weights: weights.subarray(0, weights.length - layer.length), epsilon };
  // Weights of the frames: an equal part of each, until each new one takes its part of all before.
  let outputs = [];
  let state = zeros(name, units);
  for (const frame of sequence) {
    state = step(name, cell, frame, state);
    const part = 1 / Math.min(outputs.length + 1, window);
    outputs = [...outputs.map(({ weight, h }) => ({ weight: weight * (1 - part), h })), { weight: part, h: state }];
  }
  const mean = Array.from({ length: units }, (_, i) => outputs.reduce((sum, { weight, h }) => sum + weight * h[i], 0));
  return product(mean, layer, classes).map((v, j) => v + layer[units * classes + j]);
}

/** A file: its header, with `storage` 1 for f32, 2 for i8, 3 for i16, and a body. */
export function file({ kind, storage, inputs, units, classes, fraction = 0, epsilon = 1e-5 }, body) {
  const bytes = new Uint8Array(24 + body.byteLength);
  const data = new DataView(bytes.buffer);
  bytes.set([..."LNSQ"].map((letter) => letter.charCodeAt(0)));
  bytes.set([1, 0, kind, storage], 4);
  [inputs, units, classes, fraction].forEach((number, i) => data.setUint16(8 + 2 * i, number, true));
  data.setFloat32(16, epsilon, true);
  bytes[20] = 1;
  bytes.set(new Uint8Array(body.buffer, body.byteOffset, body.byteLength), 24);
  return bytes;
}
