/** Section 6: the numbers of a row, which row, and what is exported. */
import { choice, differing, number, whole, type Part } from "./part";

export const FORMATS = ["f32", "i8", "u8", "i16"] as const;
export type Format = (typeof FORMATS)[number];
export const ROWS = ["usual", "far", "narrow", "wide", "constant", "outlier"] as const;
export type Row = (typeof ROWS)[number];
export const WIDTHS = [12, 64, 768, 1000, 1024] as const;
export const LANGUAGES = ["rust", "c"] as const;

export interface IntegersState {
  format: Format;
  row: Row;
  width: number;
  integersEpsilon: number;
  language: (typeof LANGUAGES)[number];
}

const KEYS = { format: "qf", row: "qr", width: "qn", integersEpsilon: "qe", language: "qx" };

const defaults = (): IntegersState => ({ format: "i16", row: "far", width: 768, integersEpsilon: 1e-5, language: "rust" });

export const integersPart: Part<IntegersState> = {
  defaults,
  parse(given) {
    const usual = defaults();
    const width = whole(given, KEYS.width, WIDTHS[0], WIDTHS[WIDTHS.length - 1]);
    return {
      format: choice(given, KEYS.format, FORMATS) ?? usual.format,
      row: choice(given, KEYS.row, ROWS) ?? usual.row,
      width: WIDTHS.find((each) => each === width) ?? usual.width,
      integersEpsilon: number(given, KEYS.integersEpsilon, 0, 10) ?? usual.integersEpsilon,
      language: choice(given, KEYS.language, LANGUAGES) ?? usual.language,
    };
  },
  format: (state) => differing(state, defaults(), KEYS),
};
