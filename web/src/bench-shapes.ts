/** What is measured, and the numbers that every contender gets. */

export const EPSILON = 1e-5;

export interface Shape {
  readonly rows: number;
  readonly width: number;
}

/** A sensor's frame and small nets; sentence embedders (384 is between); BERT; and larger models. */
export const WIDTHS = [12, 64, 256, 768, 1024, 4096] as const;
/** A batch for a cache of the second level. */
const ELEMENTS = 65536;

/** A batch a call, and a row a call: an answer as it is generated, or a sensor that is heard. */
export const CALLS = ["batch", "row"] as const;
export type Call = (typeof CALLS)[number];

export const shapeOf = (call: Call, width: number): Shape => ({
  rows: call === "row" ? 1 : Math.round(ELEMENTS / width),
  width,
});

/** About −2…4. */
export function input({ rows, width }: Shape): Float32Array {
  let state = 1;
  return Float32Array.from({ length: rows * width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 6 - 2;
  });
}

export function parameters({ width }: Shape) {
  return {
    gamma: Float32Array.from({ length: width }, (_, i) => 1 + (i % 7) / 16),
    beta: Float32Array.from({ length: width }, (_, i) => (i % 5) / 8 - 0.25),
  };
}
