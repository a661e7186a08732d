/** Writes `service-worker.js` with the names of all files that the page needs without a network. */
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** A file that is loaded on demand and is larger is not worth everyone's disk. */
const LARGEST = 600_000;
/** The utterances that the page does not open with: kept when they were asked for. */
const OTHERS = /utterances-\d+-/;

export function offline(): Plugin {
  let root = "";
  return {
    name: "offline",
    apply: "build",
    configResolved: (config) => void (root = config.root),
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const version = createHash("sha256");
        const files = ["./"];
        const add = (name: string, content: string | Uint8Array) => {
          version.update(name).update(content);
          if (name !== "index.html" && content.length <= LARGEST && !OTHERS.test(name)) files.push(`./${name}`);
        };
        for (const [name, part] of Object.entries(bundle)) add(name, part.type === "chunk" ? part.code : part.source);
        const fixed = join(root, "public");
        for (const name of readdirSync(fixed, { recursive: true, encoding: "utf8" })) {
          if (statSync(join(fixed, name)).isFile()) add(name, readFileSync(join(fixed, name)));
        }
        const worker = readFileSync(join(root, "src/service-worker.js"), "utf8");
        const facts = `const VERSION = "${version.digest("hex").slice(0, 12)}";\nconst FILES = ${JSON.stringify(files)};\n`;
        this.emitFile({ type: "asset", fileName: "service-worker.js", source: facts + worker });
      },
    },
  };
}
