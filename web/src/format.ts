/** Numbers as people and links read them. */

const SUPERSCRIPT: Record<string, string> = { "-": "⁻" };
[..."⁰¹²³⁴⁵⁶⁷⁸⁹"].forEach((digit, i) => (SUPERSCRIPT[i] = digit));

/** About `digits` significant ones, a real minus, and powers of ten written as such. */
export function readable(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e5) {
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return minus(value.toFixed(decimals));
  }
  // A large number that is whole keeps all its digits: around 1e7 they are the point.
  if (size >= 1e5 && size < 1e9) return minus(Math.round(value).toString()).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return raised(value, digits);
}

/** With its power of ten as such. */
export function raised(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const power = [...String(Number(exponent))].map((c) => SUPERSCRIPT[c]).join("");
  const short = mantissa.replace(/\.?0+$/, "");
  return minus(short === "1" || short === "-1" ? `${short.slice(0, -1)}10${power}` : `${short}·10${power}`);
}

/** As {@link readable}, without zeros at the end and with large powers of ten as such: for axes. */
export function round(value: number): string {
  if (value >= 1e5 && Number.isInteger(Math.log10(value))) return raised(value, 1);
  return readable(value).replace(/(\.\d*?)0+(?=·|$)/, "$1").replace(/\.(?=·|$)/, "");
}

/** A number as it is displayed: `value` is what the text says, and its last digit counts `unit`. */
export interface Shown {
  readonly text: string;
  readonly value: number;
  readonly unit: number;
}

/** `digits` significant ones without zeros at the end; a large number that is whole keeps all of them. */
export function shown(value: number, digits: number): Shown {
  const size = Math.floor(Math.log10(Math.abs(value)));
  if (!Number.isFinite(size)) return { text: readable(value), value, unit: 0 };
  const power = size - digits + 1;
  if (size < -3 || size >= 9) return { text: raised(value, digits), value: Number(value.toPrecision(digits)), unit: 10 ** power };
  const fixed = value.toFixed(Math.max(0, -power));
  const short = fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  const text = size >= 5 ? short.replace(/\B(?=(\d{3})+(\.|$))(?<!\.\d*)/g, "\u202f") : short;
  return { text: minus(text), value: Number(fixed), unit: 10 ** Math.min(0, power) };
}

/** A displayed number for a screen reader, which would read raised digits as if they were not. */
export function spoken(text: string): string {
  return text.replace(/10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g, (_, power: string) => `10 to the power ${power.normalize("NFKC")}`);
}

/** With `decimals` places: for columns and for numbers that are compared. What rounds to zero is 0. */
export function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? "0" : minus(text);
}

function minus(text: string): string {
  return text.replace("-", "−");
}

/** The number of an element, which are counted from 0 here and from 1 in the formula, as a subscript. */
export function lowered(index: number): string {
  return [...String(index + 1)].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}

/** The fewest digits that give back the same f32. Without a plus, which means a space in links. */
export function shortest(value: number): string {
  let digits = 1;
  while (digits < 9 && Math.fround(Number(value.toPrecision(digits))) !== Math.fround(value)) digits++;
  return String(Number(value.toPrecision(digits))).replace("e+", "e");
}

const scratch = new DataView(new ArrayBuffer(4));

/** The bits of an f32: 8 lower-case hexadecimal digits. */
export function bits(value: number): string {
  scratch.setFloat32(0, value);
  return scratch.getUint32(0).toString(16).padStart(8, "0");
}
