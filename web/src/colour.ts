/**
 * A diverging colour map made in OKLab, where equal steps look equal: lightness and chroma move linearly
 * with |t|, the hue says the sign, and the middle is the paper the map lies on.
 */

interface Arm {
  hue: number;
  chroma: number;
}

const NEGATIVE: Arm = { hue: 255, chroma: 0.13 };
const POSITIVE: Arm = { hue: 45, chroma: 0.15 };
const LIGHT = { middle: 0.965, end: 0.46 };
const DARK = { middle: 0.27, end: 0.8 };
const STEPS = 127;

export type Palette = Uint8ClampedArray;

/** 2 · STEPS + 1 colours of three bytes, from t = −1 to t = 1. */
export function palette(dark: boolean): Palette {
  const { middle, end } = dark ? DARK : LIGHT;
  const colours = new Uint8ClampedArray((2 * STEPS + 1) * 3);
  for (let i = -STEPS; i <= STEPS; i++) {
    const size = Math.abs(i) / STEPS;
    const { hue, chroma } = i < 0 ? NEGATIVE : POSITIVE;
    colours.set(srgb(middle + (end - middle) * size, chroma * size, (hue * Math.PI) / 180), (i + STEPS) * 3);
  }
  return colours;
}

/** The index of the first byte for `t`, which is cut to −1…1. */
export function colourIndex(t: number): number {
  return Math.round((Math.max(-1, Math.min(1, t)) + 1) * STEPS) * 3;
}

export function css(colours: Palette, t: number): string {
  const i = colourIndex(t);
  return `rgb(${colours[i]} ${colours[i + 1]} ${colours[i + 2]})`;
}

/** OKLCH to sRGB (B. Ottosson, "A perceptual color space for image processing", 2020). */
function srgb(lightness: number, chroma: number, hue: number): number[] {
  const a = chroma * Math.cos(hue);
  const b = chroma * Math.sin(hue);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((c) => 255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
}
