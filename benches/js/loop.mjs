// What one writes without a library: a loop over a Float32Array; the demo has the same one (web/src/plain.ts).
import { EPSILON, buffers, error, isForward, reference } from "./work.mjs";

export function loop(work) {
  if (!isForward(work)) return null;
  const { x, residual, gamma, beta } = buffers(work);
  const expected = reference(work, { x, residual, gamma, beta });
  const y = new Float32Array(x.length);
  const { width } = work;
  const once = {
    layer: () => layerNorm(x, gamma, beta, width, y),
    rms: () => rmsNorm(x, gamma, width, y),
    residual: () => {
      for (let i = 0; i < x.length; i++) residual[i] += x[i];
      layerNorm(residual, gamma, beta, width, y);
    },
  }[work.verb];
  once();
  return {
    error: error(y, expected),
    run: (times) => {
      for (let i = 0; i < times; i++) once();
    },
  };
}

function layerNorm(x, gamma, beta, width, y) {
  for (let start = 0; start < x.length; start += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += x[start + i];
    const mean = sum / width;
    let squares = 0;
    for (let i = 0; i < width; i++) {
      const d = x[start + i] - mean;
      squares += d * d;
    }
    const rstd = 1 / Math.sqrt(squares / width + EPSILON);
    for (let i = 0; i < width; i++) y[start + i] = (x[start + i] - mean) * rstd * gamma[i] + beta[i];
  }
}

function rmsNorm(x, gamma, width, y) {
  for (let start = 0; start < x.length; start += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += x[start + i] * x[start + i];
    const rstd = 1 / Math.sqrt(squares / width + EPSILON);
    for (let i = 0; i < width; i++) y[start + i] = x[start + i] * rstd * gamma[i];
  }
}
