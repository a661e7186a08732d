import { defineConfig } from "vite";
import { axisFigure } from "./build/axis-figure";
import { facts } from "./build/facts";
import { integersFigure } from "./build/integers-figure";
import { layersFigure } from "./build/layers-figure";
import { measured } from "./build/measured";
import { offline } from "./build/offline";
import { rowFigure } from "./build/row-figure";
import { sequenceFigure } from "./build/sequence-figure";
import { starts } from "./build/starts";
import { trainingFigure } from "./build/training-figure";
import { utterances } from "./build/utterances";

/** Files of the package. */
const PACKAGE = /(?:wasm[\\/]pkg|node_modules[\\/]layernorm)[\\/]/;

export default defineConfig({
  // Relative addresses: the page may live in any folder.
  base: "./",
  plugins: [layersFigure(), rowFigure(), axisFigure(), trainingFigure(), sequenceFigure(), integersFigure(), starts(), facts(), measured(), utterances(), offline()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    // One small style sheet: each that came later would have the whole page styled and laid out again.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // The package's entry points, each with its module: a section that wants one of them fetches no other.
        codeSplitting: {
          groups: ["sequence", "quantized"].map((entry) => ({ name: `layernorm-${entry}`, test: new RegExp(`${PACKAGE.source}${entry}`) })).concat({ name: "layernorm", test: PACKAGE }),
        },
      },
    },
  },
  server: { fs: { allow: [".."] } },
});
