/**
 * `virtual:utterances`: what there is of each utterance, and the addresses of small files with the frames, of which the page
 * fetches the one that it shows. All of `model/data/utterances.bin` is half a megabyte; its layout is in `model/data/README.md`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const NAME = "virtual:utterances";
const RESOLVED = `\0${NAME}`;
export const SOURCE = fileURLToPath(new URL("../../model/data/utterances.bin", import.meta.url));
const HEADER = 12;
const ENTRY = 4;
/** Some 15 kB a file. */
const PER_FILE = 20;
/** Where the server of `npm run dev` has the files. */
const DEV = "/@utterances/";

interface Index {
  readonly width: number;
  readonly perFile: number;
  /** One character an utterance, 0 or 1: train or test. */
  splits: string;
  /** One digit an utterance. */
  speakers: string;
  readonly lengths: number[];
}

export function utterances(): Plugin {
  let serving = false;
  return {
    name: "utterances",
    configResolved(config) {
      serving = config.command === "serve";
    },
    configureServer(server) {
      const { files } = split(readFileSync(SOURCE));
      server.middlewares.use((request, response, next) => {
        const at = request.url?.startsWith(DEV) ? files[Number.parseInt(request.url.slice(DEV.length), 10)] : undefined;
        if (at) response.setHeader("content-type", "application/octet-stream").end(at);
        else next();
      });
    },
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return;
      this.addWatchFile(SOURCE);
      const { index, files } = split(readFileSync(SOURCE));
      // The page opens with the first of the test; `offline.ts` knows its file by the name.
      const usual = Math.floor(index.splits.indexOf("1") / PER_FILE);
      const addresses = files.map((source, i) => {
        if (serving) return JSON.stringify(`${DEV}${i}.bin`);
        const name = i === usual ? "utterances.bin" : `utterances-${i}.bin`;
        const reference = this.emitFile({ type: "asset", name, source });
        return `import.meta.ROLLUP_FILE_URL_${reference}`;
      });
      return `export default ${JSON.stringify(index)};\nexport const files = [${addresses.join(", ")}];`;
    },
  };
}

export function split(bytes: Buffer): { index: Index; files: Buffer[] } {
  if (bytes.toString("latin1", 0, 4) !== "LNUT" || bytes.readUInt16LE(4) !== 1) throw new Error(`${SOURCE} is in an unknown form`);
  const count = bytes.readUInt32LE(8);
  const index: Index = { width: bytes.readUInt16LE(6), perFile: PER_FILE, splits: "", speakers: "", lengths: [] };
  const starts = [HEADER + count * ENTRY];
  for (let i = 0; i < count; i++) {
    const entry = HEADER + i * ENTRY;
    const frames = bytes.readUInt16LE(entry + 2);
    index.splits += bytes[entry];
    index.speakers += bytes[entry + 1];
    index.lengths.push(frames);
    starts.push(starts[i] + frames * index.width * 4);
  }
  const files = [];
  for (let i = 0; i < count; i += PER_FILE) files.push(bytes.subarray(starts[i], starts[Math.min(count, i + PER_FILE)]));
  return { index, files };
}
