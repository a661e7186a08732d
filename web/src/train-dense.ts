/** Layers of weights, in plain loops: y = x·W for rows of x, and its gradients. */
import { weights, type Weights } from "./train-norms";

export class Dense {
  readonly inputs: number;
  readonly outputs: number;
  readonly weights: Weights;
  #x: Float32Array = new Float32Array();

  /** Gaussian weights with variance `size`² / `inputs`. */
  constructor(inputs: number, outputs: number, size: number, next: () => number) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.weights = weights(inputs * outputs, () => (size * next()) / Math.sqrt(inputs));
  }

  forward(x: Float32Array): Float32Array {
    this.#x = x;
    const { inputs, outputs } = this;
    const rows = x.length / inputs;
    const y = new Float32Array(rows * outputs);
    addProduct(y, rows, outputs, inputs, x, inputs, 1, this.weights.values, outputs, 1);
    return y;
  }

  backward(dy: Float32Array): Float32Array {
    const { inputs, outputs } = this;
    const rows = dy.length / outputs;
    const dx = new Float32Array(rows * inputs);
    addProduct(dx, rows, inputs, outputs, dy, outputs, 1, this.weights.values, 1, outputs);
    addProduct(this.weights.gradients, inputs, outputs, rows, this.#x, 1, inputs, dy, outputs, 1);
    return dx;
  }
}

/**
 * c += a·b, where c is `rows` × `columns` and a sum has `length` terms. Element (i, k) of `a` is at i · `aRow` + k · `aColumn`, so that a
 * matrix may be taken transposed; `b` likewise. Four sums at a time stay in registers.
 */
function addProduct(
  c: Float32Array,
  rows: number,
  columns: number,
  length: number,
  a: Float32Array,
  aRow: number,
  aColumn: number,
  b: Float32Array,
  bRow: number,
  bColumn: number,
): void {
  const [two, three] = [2 * bColumn, 3 * bColumn];
  for (let i = 0; i < rows; i++) {
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      let [s0, s1, s2, s3] = [0, 0, 0, 0];
      let [from, at] = [i * aRow, j * bColumn];
      for (let k = 0; k < length; k++) {
        const value = a[from];
        s0 += value * b[at];
        s1 += value * b[at + bColumn];
        s2 += value * b[at + two];
        s3 += value * b[at + three];
        from += aColumn;
        at += bRow;
      }
      const to = i * columns + j;
      c[to] += s0;
      c[to + 1] += s1;
      c[to + 2] += s2;
      c[to + 3] += s3;
    }
    for (; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += a[i * aRow + k * aColumn] * b[k * bRow + j * bColumn];
      c[i * columns + j] += sum;
    }
  }
}

/** max(0, x) of each number. */
export class Rectifier {
  #y: Float32Array = new Float32Array();

  forward(x: Float32Array): Float32Array {
    this.#y = new Float32Array(x.length);
    // A NaN stays one.
    for (let i = 0; i < x.length; i++) this.#y[i] = x[i] < 0 ? 0 : x[i];
    return this.#y;
  }

  backward(dy: Float32Array): Float32Array {
    const dx = new Float32Array(dy.length);
    for (let i = 0; i < dy.length; i++) dx[i] = this.#y[i] > 0 ? dy[i] : 0;
    return dx;
  }
}

export function sum(x: Float32Array, y: Float32Array): Float32Array {
  const both = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) both[i] = x[i] + y[i];
  return both;
}
