// Rows × width, each with the question it answers. Sizes are of x, in f32.
const shape = (rows, width) => ({ rows, width });

/** Cost against width, at 64 rows: 16 kB to 16 MB. */
export const WIDTHS = [64, 256, 768, 1024, 4096, 16384, 65536].map((width) => shape(64, width));
/** Cost against the number of rows, at width 768: 3 kB (first-level cache) to 48 MB (out of cache). */
export const ROWS = [1, 4, 64, 512, 2048, 16384].map((rows) => shape(rows, 768));
/** Cost against width alone: always 256 kB, so that the caches see the same. */
export const SCALING = [64, 256, 768, 1024, 4096, 16384, 65536].map((width) => shape(Math.round(65536 / width), width));
/** One small call; many narrow rows. */
const OTHERS = [shape(1, 64), shape(6144, 64)];
/** Where all verbs are measured: first-level cache, second-level cache, beyond, narrow rows, out of cache. */
const ALL_VERBS = new Set(["4×768", "64×768", "512×768", "6144×64", "16384×768"]);

export const label = ({ rows, width }) => `${rows}×${width}`;
export const verbs = (shape) => (ALL_VERBS.has(label(shape)) ? ["layer", "residual", "rms"] : ["layer"]);
export const SHAPES = [
  ...new Map([...OTHERS, ...WIDTHS, ...ROWS, ...SCALING].map((shape) => [label(shape), shape])).values(),
].sort((a, b) => a.rows * a.width - b.rows * b.width);
