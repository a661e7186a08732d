// What is computed: a verb over rows × width, its inputs, and what comes out in exact enough arithmetic.
// The twin of contenders/src/work.rs, for the contenders that live in JavaScript.

export const EPSILON = 1e-5;
/** The norms of f32; the other verbs are gradients, and norms of codes. */
export const isForward = ({ verb }) => ["layer", "residual", "rms"].includes(verb);

/** More would take longer to draw than to time. They repeat after that. */
const MOST_DRAWN = 2 ** 20;

export function buffers({ verb, rows, width, mean }) {
  const count = rows * width;
  return {
    x: normal(1, count, mean, 1),
    residual: normal(2, verb === "residual" ? count : 0, 0, 1),
    gamma: normal(3, width, 1, 0.1),
    beta: normal(4, width, 0, 0.1),
  };
}

function normal(seed, count, mean, sigma) {
  // Mulberry32: all integer, so every engine draws the same.
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const values = new Float32Array(count);
  const fresh = Math.min(count, MOST_DRAWN);
  for (let i = 0; i < fresh; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    values[i] = mean + sigma * radius * Math.cos(2 * Math.PI * uniform());
  }
  for (let i = fresh; i < count; i++) values[i] = values[i - fresh];
  return values;
}

/** The result in f64 of inputs as they are before the call. */
export function reference({ verb, rows, width }, { x, residual, gamma, beta }) {
  const y = new Float64Array(rows * width);
  const rms = verb === "rms";
  for (let row = 0; row < rows; row++) {
    const start = row * width;
    // A residual sum is an output too, in f32.
    const input = (i) => (verb === "residual" ? Math.fround(x[start + i] + residual[start + i]) : x[start + i]);
    let mean = 0;
    for (let i = 0; i < width && !rms; i++) mean += input(i) / width;
    let variance = 0;
    for (let i = 0; i < width; i++) variance += (input(i) - mean) ** 2 / width;
    const rstd = 1 / Math.sqrt(variance + EPSILON);
    for (let i = 0; i < width; i++) {
      y[start + i] = (input(i) - mean) * rstd * gamma[i] + (rms ? 0 : beta[i]);
    }
  }
  return y;
}

/** The largest error in units of max(1, |expected|); a NaN anywhere is infinite. */
export function error(y, expected) {
  if (y?.length !== expected.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < y.length; i++) {
    const error = Math.abs(y[i] - expected[i]) / Math.max(1, Math.abs(expected[i]));
    if (Number.isNaN(error)) return Infinity;
    if (error > worst) worst = error;
  }
  return worst;
}
