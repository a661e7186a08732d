// `layernorm`: both modules inlined, so that there is nothing to fetch, to configure or to wait for.

import scalar from "#wasm/scalar.wasm";
import simd from "#wasm/simd.wasm";
import { provide } from "./module.js";

/** From `0`–`9` and `a`–`f`, by their codes: `parseInt` would need a string for each. */
function bytes(hex: string): Uint8Array<ArrayBuffer> {
  const digit = (i: number) => hex.charCodeAt(i) - (hex.charCodeAt(i) < 58 ? 48 : 87);
  const to = new Uint8Array(hex.length / 2);
  for (let i = 0; i < to.length; i++) to[i] = 16 * digit(2 * i) + digit(2 * i + 1);
  return to;
}

provide({ simd128: () => bytes(simd), scalar: () => bytes(scalar) });

export * from "./slim.js";
