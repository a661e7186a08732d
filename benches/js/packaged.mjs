// This project's npm package, data resident; against `layernorm`, the same kernel called inside wasm, it shows what
// the way through JavaScript costs.
import { EPSILON, buffers, error, isForward, reference } from "./work.mjs";

export const packaged = ({ LayerNorm, RmsNorm }) => ({
  "layernorm, npm package": (work) => {
    if (!isForward(work)) return null;
    const { rows, width, verb } = work;
    const inputs = buffers(work);
    const { gamma, beta } = inputs;
    const common = { width, rows, gamma, epsilon: EPSILON };
    const norm =
      verb === "rms" ? new RmsNorm(common) : new LayerNorm({ ...common, beta, residual: verb === "residual" });
    norm.x.set(inputs.x);
    norm.residual?.set(inputs.residual);
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
