/** x·W of the gate whose sums are shown: n, the candidate, which layer norm takes as a row of its own. A product of matrices, no norm. */

/** Bytes of a file before its weights: `src/sequence/file.md` of the crate has the layout. */
export const HEADER = 24;
/** z, r, n: in every row of the kernel. */
const GATES = 3;
const SHOWN = 2;

/** `kernel` is the beginning of the weights; `x` frames × `inputs`. The result is frames × `units`. */
export function candidateSums(kernel: Float32Array, x: Float32Array, inputs: number, units: number): Float32Array {
  const sums = new Float32Array((x.length / inputs) * units);
  return sums.map((_, i) => {
    const [frame, unit] = [Math.floor(i / units), i % units];
    let sum = 0;
    for (let c = 0; c < inputs; c++) sum += x[frame * inputs + c] * kernel[(c * GATES + SHOWN) * units + unit];
    return sum;
  });
}
