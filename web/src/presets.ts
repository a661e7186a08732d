/** Rows worth looking at. */

export const WIDTH = 12;

export interface Preset {
  readonly name: string;
  readonly x: readonly number[];
  /** The bars stand on `centre`; the plot reaches `half` to either side. */
  readonly centre: number;
  readonly half: number;
  /** What an arrow key adds. */
  readonly step: number;
  readonly lesson: string;
}

const constant = Array<number>(WIDTH).fill(2.5);

export const PRESETS: Readonly<Record<string, Preset>> = {
  ordinary: {
    name: "An ordinary row",
    x: [1.2, 2.6, 0.4, 3.1, 1.8, -0.6, 2.2, 0.9, 3.4, 1.5, -1.1, 2],
    centre: 0,
    half: 4,
    step: 0.1,
    lesson: "Twelve numbers lean to the positive side. Afterwards their mean is 0 and their spread is 1; their order and proportions are as before.",
  },
  speech: {
    name: "A frame of speech",
    x: [1.635533, 0.022598, 0.431973, -0.361786, -0.075305, -0.693741, -0.115882, 0.264588, -0.037232, 0.02139, 0.132497, -0.177387],
    centre: 0,
    half: 2,
    step: 0.05,
    lesson: "Twelve cepstrum coefficients of a voice. The first one is far larger than the others: it sets μ and σ for all of them.",
  },
  constant: {
    name: "A constant row",
    x: constant,
    centre: 0,
    half: 4,
    step: 0.1,
    lesson: "There is nothing to tell apart, so σ = 0 and every x̂ is exactly 0, for any value and even with ε = 0. What is left is β.",
  },
  outlier: {
    name: "An outlier",
    x: [3, -2, 5, 1, -4, 100, 2, -3, 4, 0, -1, 3],
    centre: 0,
    half: 100,
    step: 2.5,
    lesson: "One value sets σ and presses the others together. However large it grows, no x̂ of N numbers can exceed √(N − 1), here 3.32.",
  },
  large: {
    name: "Mean 10⁷",
    x: [1e7 + 1, 1e7 - 2, 1e7, 1e7 + 3, 1e7 - 1, 1e7 + 2, 1e7 - 3, 1e7 + 1, 1e7, 1e7 - 1, 1e7 + 2, 1e7 - 2],
    centre: 1e7,
    half: 4,
    step: 1,
    lesson: "Up here f32 knows whole numbers only, and E[x²] − E[x]² in f32 returns noise. The deviations are small all the same, and this package keeps them.",
  },
  huge: {
    name: "±10³⁸",
    x: [1e38, -1e38, 2e38, 3e38, -2e38, 0, 1e38, -3e38, 5e37, 2e38, -1e38, -5e37],
    centre: 0,
    half: 3.4e38,
    step: 1e37,
    lesson: "The squares of these overflow f32, whose largest number is 3.4·10³⁸, and many kernels return 0 or NaN. Here the row is scaled by a power of two and done again.",
  },
};

export const DEFAULT_PRESET = "ordinary";
