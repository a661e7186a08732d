// TensorFlow.js on its wasm backend, one thread. It has no layer norm of its own there: its layer of that name is
// made of the operations below.
import { EPSILON, buffers, error, isForward, reference } from "./work.mjs";

export const tensorflow = (tf) => (work) => {
  if (!isForward(work)) return null;
  const inputs = buffers(work);
  const shape = [work.rows, work.width];
  const x = tf.tensor2d(inputs.x, shape);
  let residual = tf.tensor2d(work.verb === "residual" ? inputs.residual : inputs.x, shape);
  const gamma = tf.tensor1d(inputs.gamma);
  const beta = tf.tensor1d(inputs.beta);
  const layer = (x) => {
    const { mean, variance } = tf.moments(x, 1, true);
    const centred = tf.sub(x, mean);
    return tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON))), gamma), beta);
  };
  const rms = (x) => tf.mul(tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), EPSILON))), gamma);
  const once = {
    layer: () => tf.tidy(() => layer(x)),
    rms: () => tf.tidy(() => rms(x)),
    residual: () => {
      const sum = tf.add(residual, x);
      residual.dispose();
      residual = sum;
      return tf.tidy(() => layer(residual));
    },
  }[work.verb];
  const y = once();
  const worst = error(y.dataSync(), reference(work, inputs));
  y.dispose();
  return {
    error: worst,
    run: (times) => {
      for (let i = 0; i < times; i++) once().dispose();
    },
    close: () => [x, residual, gamma, beta].forEach((tensor) => tensor.dispose()),
  };
};
