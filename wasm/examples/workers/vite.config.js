// `npm install layernorm vite`, then `npx vite`. A page has shared memory only if it comes with these headers.

const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

export default {
  build: { target: "es2022" },
  worker: { format: "es" },
  server: { headers },
  preview: { headers },
};
