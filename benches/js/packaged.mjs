// This project's npm package as people call it; against `layernorm`, the same kernel called inside wasm, each shows what the
// way through JavaScript costs: data that stays in wasm memory, the same with copies in and out, and the call that makes these itself.
import { EPSILON, buffers, error, isForward, reference } from "./work.mjs";

/** What a contender does over and over, with y where it leaves it. */
const repeated = (work, inputs, once, y, close) => {
  once();
  return {
    error: error(y(), reference(work, inputs)),
    run: (times) => {
      for (let i = 0; i < times; i++) once();
    },
    close,
  };
};

export const packaged = ({ LayerNorm, RmsNorm, layerNorm, rmsNorm }) => {
  const resident = (work) => {
    const { rows, width, verb } = work;
    const { gamma, beta, x, residual } = buffers(work);
    const common = { width, rows, gamma, epsilon: EPSILON };
    const norm = verb === "rms" ? new RmsNorm(common) : new LayerNorm({ ...common, beta, residual: verb === "residual" });
    norm.x.set(x);
    norm.residual?.set(residual);
    return norm;
  };
  return {
    "layernorm, npm package": (work) => {
      if (!isForward(work)) return null;
      const norm = resident(work);
      return repeated(work, buffers(work), () => norm.forward(), () => norm.y, () => norm.dispose());
    },
    "layernorm, npm round trip": (work) => {
      if (!isForward(work) || work.verb === "residual") return null;
      const [norm, inputs] = [resident(work), buffers(work)];
      const y = new Float32Array(inputs.x.length);
      const once = () => {
        norm.x.set(inputs.x);
        norm.forward();
        y.set(norm.y);
      };
      return repeated(work, inputs, once, () => y, () => norm.dispose());
    },
    "layernorm, npm layerNorm()": (work) => {
      if (!isForward(work) || work.verb === "residual") return null;
      const inputs = buffers(work);
      const { x, gamma, beta } = inputs;
      const out = new Float32Array(x.length);
      const common = { width: work.width, gamma, epsilon: EPSILON, out };
      const rms = work.verb === "rms";
      const options = rms ? common : { ...common, beta };
      return repeated(work, inputs, () => (rms ? rmsNorm(x, options) : layerNorm(x, options)), () => out);
    },
  };
};
