import { brotliCompressSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";
import { axisFigure } from "./build/axis-figure";
import { layersFigure } from "./build/layers-figure";
import { measured } from "./build/measured";
import { rowFigure } from "./build/row-figure";
import { sequenceFigure } from "./build/sequence-figure";
import { starts } from "./build/starts";
import { utterances } from "./build/utterances";

/** No inline script, no eval, no blob: the package needs 'wasm-unsafe-eval' and nothing else. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  // No text becomes code or mark-up; see src/trusted.ts for the addresses of workers.
  "require-trusted-types-for 'script'",
  "trusted-types own-scripts",
].join("; ");

/** Fetched with the page instead of after its style sheet: the fonts of the first screen. */
const EARLY = /serif-4-latin|serif-4-greek-wght-italic|sans-3-latin/;

/** Writes into the built page what only the build knows: the policy, what to fetch early, the package's size. */
function facts(): Plugin {
  return {
    name: "facts",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const chunk = Object.values(bundle ?? {}).find((part) => part.type === "chunk" && part.name === "layernorm");
        if (chunk?.type !== "chunk") throw new Error("the bundle has no chunk of its own for the package");
        const raw = Buffer.from(chunk.code);
        const content = `${raw.length} ${brotliCompressSync(raw).length}`;
        const early = Object.keys(bundle ?? {}).filter((file) => EARLY.test(file) && !file.endsWith(".js"));
        return [
          { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
          { tag: "meta", attrs: { name: "package-bytes", content }, injectTo: "head" },
          ...early.map((file) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", href: `./${file}`, crossorigin: true },
            injectTo: "head" as const,
          })),
        ];
      },
    },
  };
}

export default defineConfig({
  // Relative addresses: the page may live in any folder.
  base: "./",
  plugins: [layersFigure(), rowFigure(), axisFigure(), sequenceFigure(), starts(), facts(), measured(), utterances()],
  worker: { format: "es" },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: "layernorm", test: /wasm[\\/]pkg|node_modules[\\/]layernorm[\\/]/ }] },
      },
    },
  },
  server: { fs: { allow: [".."] } },
});
