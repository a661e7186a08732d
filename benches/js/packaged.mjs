// This project's npm package, data resident; against `layernorm`, the same kernel called inside wasm, it shows what
// the way through JavaScript costs.
import { EPSILON, buffers, error, reference } from "./work.mjs";

export const packaged = ({ LayerNorm, RmsNorm }) => ({
  "layernorm, npm package": (work) => {
    if (work.verb === "residual") return null;
    const { rows, width } = work;
    const inputs = buffers(work);
    const { gamma, beta } = inputs;
    const norm =
      work.verb === "rms"
        ? new RmsNorm({ width, rows, gamma, epsilon: EPSILON })
        : new LayerNorm({ width, rows, gamma, beta, epsilon: EPSILON });
    norm.x.set(inputs.x);
    norm.forward();
    return {
      error: error(norm.y, reference(work, inputs)),
      run: (times) => {
        for (let i = 0; i < times; i++) norm.forward();
      },
      close: () => norm.dispose(),
    };
  },
});
