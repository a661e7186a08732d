/** What sections 3 and 4 train: shapes of nets and minibatches. */

export const NORMS = ["none", "batch", "layer", "rms"] as const;
export type NormName = (typeof NORMS)[number];

/** Before the block's layers, behind the sum, or nowhere. */
export const PLACES = ["pre", "post", "none"] as const;
export type Place = (typeof PLACES)[number];

export type Shape =
  | { readonly kind: "layers"; readonly depth: number; readonly norm: NormName; /** times what keeps the signal's size */ readonly scale: number }
  | { readonly kind: "blocks"; readonly depth: number; readonly place: Place };

export interface Plan {
  readonly shape: Shape;
  /** Frames a step. */
  readonly batch: number;
  readonly rate: number;
  readonly seed: number;
  /** After which it ends. */
  readonly steps: number;
}

/** Steps of a training of layers, and of blocks, whose steps take longer; and from one look at it to the next. */
export const LAYERS_STEPS = 600;
export const BLOCKS_STEPS = 200;
export const EVERY = 20;
export const BATCH = 32;

export const SETTINGS = {
  bad: { depth: 16, scale: 2, batch: BATCH },
  small: { depth: 16, scale: 0.5, batch: BATCH },
  one: { depth: 4, scale: 1, batch: 1 },
  well: { depth: 4, scale: 1, batch: BATCH },
} as const;

export function layersPlan(scenario: keyof typeof SETTINGS, norm: NormName, rate: number, seed: number): Plan {
  const { depth, scale, batch } = SETTINGS[scenario];
  return { shape: { kind: "layers", depth, norm, scale }, batch, rate, seed, steps: LAYERS_STEPS };
}

export function blocksPlan(depth: number, place: Place, rate: number, seed: number): Plan {
  return { shape: { kind: "blocks", depth, place }, batch: BATCH, rate, seed, steps: BLOCKS_STEPS };
}
