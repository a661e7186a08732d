// Rows × width, each with the question it answers. Sizes are of x, in f32.
const shape = (rows, width) => ({ rows, width });

/** Cost against width, at 64 rows: 8 kB to 4 MB. */
export const WIDTHS = [32, 64, 256, 768, 4096, 16384].map((width) => shape(64, width));
/** Cost against the number of rows, at width 768: 3 kB (first-level cache) to 48 MB (out of cache). */
export const ROWS = [1, 4, 64, 512, 2048, 16384].map((rows) => shape(rows, 768));
/** One small call; many narrow rows. */
const OTHERS = [shape(1, 64), shape(6144, 64)];
/** Where all verbs are measured: first-level cache, second-level cache, beyond, narrow rows, out of cache. */
const EVERYTHING = new Set(["4×768", "64×768", "512×768", "6144×64", "16384×768"]);
/** What is measured there. `mean` is of x, in standard deviations: off zero, a row has to be centred with more care. */
const TASKS = [
  ...["layer", "residual"].flatMap((verb) => [0, 0.5].map((mean) => ({ verb, mean }))),
  ...["rms", "layer-backward", "layer-codes", "layer-codes-8"].map((verb) => ({ verb, mean: 0 })),
];
/** Our plain forward: it takes its turn beside everything else of a shape, for ratios of verbs. */
export const PLAIN = TASKS[0];

export const label = ({ rows, width }) => `${rows}×${width}`;
export const tasks = (shape) => (EVERYTHING.has(label(shape)) ? TASKS : [PLAIN]);
export const VERBS = [...new Set(TASKS.map(({ verb }) => verb))];
export const SHAPES = [
  ...new Map([...OTHERS, ...WIDTHS, ...ROWS].map((shape) => [label(shape), shape])).values(),
].sort((a, b) => a.rows * a.width - b.rows * b.width);
