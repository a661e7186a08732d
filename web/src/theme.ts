/** Light or dark is the system's choice, and paper is light; what is painted rather than styled has to hear of it. */
import { palette, type Palette } from "./colour";

const query = matchMedia("screen and (prefers-color-scheme: dark)");
let colours = palette(query.matches);

export function themePalette(): Palette {
  return colours;
}

export function onTheme(repaint: () => void): void {
  query.addEventListener("change", () => {
    colours = palette(query.matches);
    repaint();
  });
}
