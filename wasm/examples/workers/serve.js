// The worker's side. The module comes by message, so the entry point without one will do.

import { initSync, layerNorm } from "layernorm/slim";

/** Answers what share.js asks at `port`. */
export function serve(port) {
  port.onmessage = ({ data: { answer, source, x, options } }) => {
    try {
      if (source) initSync({ source });
      else layerNorm(x, options);
      answer.postMessage(undefined);
    } catch (error) {
      answer.postMessage(error);
    }
  };
}
