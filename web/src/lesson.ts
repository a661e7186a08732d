/** What there is to learn from a row, found from its numbers: it stays true when the row is changed. */
import { shown } from "./format";
import { PRESETS } from "./presets";
import type { RowNumbers } from "./row-numbers";

/** Squares of larger numbers overflow f32. */
const SQUARE_OVERFLOWS = Math.sqrt(3.4028234663852886e38);
/** From here on f32 has no digits behind the point. */
const WHOLE_ONLY = 2 ** 23;

const text = (value: number, digits = 4) => shown(value, digits).text;

export function lesson(preset: string, n: RowNumbers): string {
  const { origin, x } = PRESETS[preset];
  const untouched = x.every((value, i) => Math.fround(value) === n.x[i]);
  return [...(origin && untouched ? [origin] : []), fact(n)].join(" ");
}

function fact(n: RowNumbers): string {
  const sizes = Array.from(n.x, Math.abs);
  const largest = Math.max(...sizes);
  const furthest = sizes.reduce((best, _, i) => (Math.abs(n.d(i)) > Math.abs(n.d(best)) ? i : best), 0);
  const share = n.d(furthest) ** 2 / n.squares;
  if (n.variance === 0) {
    return "All twelve are equal: there is nothing to tell apart. σ is 0, and every x̂ is exactly 0, for any value and even with ε = 0. What is left is β.";
  }
  if (largest > SQUARE_OVERFLOWS) {
    return "Squares of these numbers overflow f32, whose largest number is 3.4·10³⁸, and many kernels return 0 or NaN. Here the row is scaled by a power of two and done again.";
  }
  if (Math.min(...sizes) >= WHOLE_ONLY && largest > 1e4 * n.spread) {
    return "Up here f32 knows whole numbers only, and E[x²] − E[x]² in f32 returns noise. The deviations from μ are small all the same, and this package keeps them.";
  }
  if (n.spread < 0.01 * largest) {
    const after = n.spread * n.gain;
    const outcome = after > 0.5 ? "blown up to nearly full size" : "still small, because ε holds the gain";
    return `The twelve are equal but for noise: σ is ${text(n.spread)}. Dividing by √(σ² + ε) multiplies the noise by ${text(n.gain)}; it comes out ${outcome}, with a spread of ${text(after, 3)}.`;
  }
  if (share > 0.65) {
    return `One value, ${text(n.x[furthest])}, makes ${text(100 * share, 3)} % of Σd²: it sets σ and presses the others together. However far it goes, no x̂ of N numbers can exceed √(N − 1), here √11 = 3.317.`;
  }
  const place = Math.abs(n.mean) < 0.1 * n.spread ? "The twelve numbers lie around 0" : `The twelve numbers lean to the ${n.mean > 0 ? "positive" : "negative"} side`;
  return `${place}. As x̂ their mean is 0 and their spread is ${text(n.spread * n.gain, 3)}. Their order stays, and so do ratios of differences: a gap twice as wide as another stays twice as wide. Ratios of the numbers themselves do not.`;
}
