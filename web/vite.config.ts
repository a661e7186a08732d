import { brotliCompressSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

/** No inline script, no eval, no blob: the package needs 'wasm-unsafe-eval' and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
].join("; ");

/** Writes into the built page what only the build knows: the policy, and how large the package has become. */
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
        return [
          { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
          { tag: "meta", attrs: { name: "package-bytes", content }, injectTo: "head" },
        ];
      },
    },
  };
}

export default defineConfig({
  // Relative addresses: the page may live in any folder.
  base: "./",
  plugins: [facts()],
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
