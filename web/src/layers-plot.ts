/** Where the curves of the thirty layers lie: the layer from left to right, powers of ten from bottom to top. */
import { LAYERS } from "./layers-net";

/** Powers of ten; at the ends of the slider the signal is 2·10⁻¹⁴ and 2·10⁴. */
const BOTTOM = -14;
const TOP = 6;

/** The plot's own units: a layer across, a power of ten down. */
export const VIEW = `0 0 ${LAYERS} ${TOP - BOTTOM}`;
export const DECADES = [4, 0, -4, -8, -12];
export const LAYER_TICKS = [0, 10, 20, 30];

const down = (size: number) => TOP - Math.log10(size);
const short = (value: number) => String(Number(value.toFixed(2)));

export function line(sizes: readonly number[]): string {
  return `M${sizes.map((size, layer) => `${layer} ${short(down(size))}`).join("L")}`;
}

/** A dot a layer: lines of no length, whose round ends are drawn. */
export function dots(sizes: readonly number[]): string {
  return sizes.map((size, layer) => `M${layer} ${short(down(size))}h0`).join("");
}

/** As a CSS percentage of the plot's height. */
export function height(size: number): string {
  return `${short((100 * down(size)) / (TOP - BOTTOM))}%`;
}
