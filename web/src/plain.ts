/** Layer norm as one writes it in JavaScript on an afternoon: what the bench compares the package with. */
export function plainLayerNorm(
  x: Float32Array,
  y: Float32Array,
  width: number,
  gamma: Float32Array,
  beta: Float32Array,
  epsilon: number,
): void {
  for (let start = 0; start < x.length; start += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += x[start + i];
    const mean = sum / width;
    let squares = 0;
    for (let i = 0; i < width; i++) {
      const d = x[start + i] - mean;
      squares += d * d;
    }
    const rstd = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) y[start + i] = (x[start + i] - mean) * rstd * gamma[i] + beta[i];
  }
}
