/** Rows worth looking at. What there is to say of a row is found from the row itself (lesson.ts). */

export const WIDTH = 12;

export interface Preset {
  readonly name: string;
  readonly x: readonly number[];
  /** The bars stand on `centre`; the plot reaches `half` to either side. */
  readonly centre: number;
  readonly half: number;
  /** What an arrow key adds. */
  readonly step: number;
  /** 1e-5 if it is not given. */
  readonly epsilon?: number;
  /** Where the numbers come from, true as long as nobody changes them. */
  readonly origin?: string;
}

export const PRESETS: Readonly<Record<string, Preset>> = {
  ordinary: {
    name: "An ordinary row",
    x: [1.2, 2.6, 0.4, 3.1, 1.8, -0.6, 2.2, 0.9, 3.4, 1.5, -1.1, 2],
    centre: 0,
    half: 4,
    step: 0.1,
  },
  speech: {
    name: "A frame of speech",
    x: [1.635533, 0.022598, 0.431973, -0.361786, -0.075305, -0.693741, -0.115882, 0.264588, -0.037232, 0.02139, 0.132497, -0.177387],
    centre: 0,
    half: 2,
    step: 0.05,
    origin: "Twelve cepstrum coefficients: 6.4 ms of a voice.",
  },
  constant: {
    name: "A constant row",
    x: Array<number>(WIDTH).fill(2.5),
    centre: 0,
    half: 4,
    step: 0.1,
  },
  nearly: {
    name: "Nearly constant",
    x: [2.501, 2.499, 2.5, 2.5005, 2.4985, 2.5015, 2.5, 2.499, 2.5005, 2.5, 2.4995, 2.501],
    centre: 0,
    half: 4,
    step: 0.1,
    epsilon: 0,
  },
  outlier: {
    name: "An outlier",
    x: [3, -2, 5, 1, -4, 100, 2, -3, 4, 0, -1, 3],
    centre: 0,
    half: 100,
    step: 2.5,
  },
  large: {
    name: "Mean 10⁷",
    x: [1e7 + 1, 1e7 - 2, 1e7, 1e7 + 3, 1e7 - 1, 1e7 + 2, 1e7 - 3, 1e7 + 1, 1e7, 1e7 - 1, 1e7 + 2, 1e7 - 2],
    centre: 1e7,
    half: 4,
    step: 1,
  },
  huge: {
    name: "±10³⁸",
    x: [1e38, -1e38, 2e38, 3e38, -2e38, 0, 1e38, -3e38, 5e37, 2e38, -1e38, -5e37],
    centre: 0,
    half: 3.4e38,
    step: 1e37,
  },
};

export const DEFAULT_PRESET = "ordinary";
