/** Writes into the built page what only the build knows: the policy, the font to fetch early, the package's size and repository. */
import { readFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import type { HtmlTagDescriptor, Plugin } from "vite";

/** No inline script or style, no eval, no blob: the package needs 'wasm-unsafe-eval' and nothing else. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  // No text becomes code or mark-up; see src/trusted.ts for the addresses of workers.
  "require-trusted-types-for 'script'",
  "trusted-types own-scripts",
].join("; ");

/** Fetched with the page instead of after its style sheet, but after its script: the font of the first words. */
const EARLY = /serif-4-latin-wght-normal/;

export function facts(): Plugin {
  return {
    name: "facts",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunk = Object.values(bundle ?? {}).find((part) => part.type === "chunk" && part.name === "layernorm");
        if (chunk?.type !== "chunk") throw new Error("the bundle has no chunk of its own for the package");
        const raw = Buffer.from(chunk.code);
        const early = Object.keys(bundle ?? {}).filter((file) => EARLY.test(file));
        const tags: HtmlTagDescriptor[] = [
          { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: POLICY }, injectTo: "head-prepend" },
          { tag: "meta", attrs: { name: "package-bytes", content: `${raw.length} ${brotliCompressSync(raw).length}` }, injectTo: "head" },
          ...early.map((file) => ({
            tag: "link",
            attrs: { rel: "preload", as: "font", href: `./${file}`, crossorigin: true, fetchpriority: "low" },
            injectTo: "head" as const,
          })),
        ];
        return { html: withPreview(withRepository(html)), tags };
      },
    },
  };
}

/** The link to the repository that the package's package.json names; none where it names none. */
function withRepository(html: string): string {
  const { repository } = JSON.parse(readFileSync(new URL("../wasm/pkg/package.json", `file://${process.cwd()}/`), "utf8"));
  const address = (typeof repository === "string" ? repository : (repository?.url ?? "")).replace(/^git\+|\.git$/g, "");
  const item = /^https:\/\/[\w./-]+$/.test(address) ? `<li><a href="${address}">repository</a></li>` : "";
  return html.replace("<!-- repository -->", item);
}

/** Other sites want the whole address of the preview picture; SITE says where the page will be. */
function withPreview(html: string): string {
  const site = process.env.SITE;
  return site ? html.replace('content="./preview.png"', `content="${new URL("preview.png", site)}"`) : html;
}
