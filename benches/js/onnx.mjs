// An ONNX model, in the protobuf encoding (onnx.proto of ONNX 1.22): enough of it for norms whose γ and β are
// constants, as a trained model has them.

const varint = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
};
const integer = (field, value) => [Uint8Array.from([...varint(field * 8), ...varint(value)])];
const chunk = (field, bytes) => [Uint8Array.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes];
const text = (field, value) => chunk(field, new TextEncoder().encode(value));
const message = (field, ...parts) => chunk(field, concatenate(parts));

function concatenate(parts) {
  const pieces = parts.flat();
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

const FLOAT = 1;
const tensor = (name, data) =>
  message(5, integer(1, data.length), integer(2, FLOAT), text(8, name), chunk(9, new Uint8Array(data.buffer)));
const value = (field, name, shape) => {
  const dimensions = shape.map((size) => message(1, integer(1, size)));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), message(2, ...dimensions))));
};
const attribute = (name, float) =>
  message(5, text(1, name), [Uint8Array.from([2 * 8 + 5]), new Uint8Array(Float32Array.of(float).buffer)], integer(20, 1));
const opset = (domain, version) => message(8, text(1, domain), integer(2, version));

const NODES = {
  layer: { operator: "LayerNormalization", inputs: ["x", "gamma", "beta"], outputs: ["y"] },
  rms: { operator: "RMSNormalization", inputs: ["x", "gamma"], outputs: ["y"] },
  // ONNX Runtime's own fused form; its fourth output is the sum.
  residual: {
    operator: "SkipLayerNormalization",
    domain: "com.microsoft",
    inputs: ["x", "residual", "gamma", "beta"],
    outputs: ["y", "", "", "sum"],
  },
};

/** `length` norms one after the other. Inputs `x` (and `residual`), outputs `y` (and `sum`), all rows × width. */
export function model({ verb, rows, width }, { gamma, beta }, epsilon, length = 1) {
  const { operator, domain = "", inputs, outputs } = NODES[verb];
  const shape = [rows, width];
  const constants = { gamma, beta };
  const nodes = Array.from({ length }, (_, index) =>
    message(
      1,
      ...inputs.map((name) => text(1, name === "x" && index > 0 ? `y${index}` : name)),
      ...outputs.map((name) => text(2, name === "y" && index < length - 1 ? `y${index + 1}` : name)),
      text(4, operator),
      attribute("epsilon", epsilon),
      domain ? text(7, domain) : [],
    ),
  );
  const graph = message(
    7,
    ...nodes,
    text(2, operator),
    ...inputs.filter((name) => name in constants).map((name) => tensor(name, constants[name])),
    ...inputs.filter((name) => !(name in constants)).map((name) => value(11, name, shape)),
    ...outputs.filter(Boolean).map((name) => value(12, name, shape)),
  );
  return concatenate([integer(1, 10), graph, opset("", verb === "rms" ? 23 : 17), opset("com.microsoft", 1)]);
}
