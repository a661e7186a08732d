/**
 * `virtual:measured`: sizes, flash, stack and instructions, out of the tables that other programs write into the READMEs
 * (`npm run sizes` in wasm/, `cargo xtask firmware`), so that the page repeats no number by hand.
 */
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const NAME = "virtual:measured";
const RESOLVED = `\0${NAME}`;
const root = new URL("../../", import.meta.url);
const SOURCES = ["wasm/README.md", "firmware/README.md", "Cargo.toml"].map((path) => new URL(path, root));

/** What one imports, and what that adds to a page. */
export interface Size {
  readonly name: string;
  readonly entry: string;
  /** A file beside it, which is counted too. */
  readonly module?: string;
  /** By brotli; of 1000 bytes. */
  readonly kilobytes: number;
}

/** A verb on the boards, in the order of {@link Measured.boards}. */
export interface OnBoards {
  readonly verb: string;
  readonly type: string;
  readonly flash: readonly number[];
  readonly stack: readonly number[];
  /** Of a normal row of 256. */
  readonly instructions: readonly number[];
}

export interface Measured {
  readonly sizes: readonly Size[];
  readonly boards: readonly string[];
  readonly verbs: readonly OnBoards[];
  /** The oldest compiler. */
  readonly rust: string;
  /** The module of ONNX Runtime Web, with which the bench compares. */
  readonly onnxBytes: number;
}

const BOARDS = ["M0", "M4F", "RV32IMC"];
const VERBS = [
  ["LayerNorm", "f32"],
  ["LayerNorm", "i16 fixed"],
  ["LayerNorm", "i8 quantised"],
];

export function measured(): Plugin {
  return {
    name: "measured",
    resolveId: (id) => (id === NAME ? RESOLVED : undefined),
    load(id) {
      if (id !== RESOLVED) return;
      for (const url of SOURCES) this.addWatchFile(fileURLToPath(url));
      return `export default ${JSON.stringify(read())};`;
    },
  };
}

export function read(): Measured {
  const [wasm, boards, manifest] = SOURCES.map((url) => readFileSync(url, "utf8"));
  const verbs = VERBS.map(([verb, type]) => ({
    verb,
    type,
    flash: small(row(boards, "Bytes of flash, opt-level 3 and s:", [verb, type]), "flash"),
    // A device has to have room for the deepest.
    stack: small(row(boards, "Bytes of stack, opt-level 3 and s:", ["hard", verb, type]), "stack"),
    instructions: small(row(boards, "Instructions of a row, and of an element of it, opt-level s:", ["normal", "256", verb, type]), "row"),
  }));
  const rust = /^rust-version = "(.+)"$/m.exec(manifest)?.[1];
  if (!rust) throw new Error("Cargo.toml states no rust-version");
  const onnx = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
  return { sizes: sizes(wasm), boards: BOARDS, verbs, rust, onnxBytes: statSync(onnx).size };
}

function sizes(readme: string): Size[] {
  const line = /^\| a page that imports `(\w+)` from `([\w/]+)`(?:, with `([\w./]+)`)? \| ([\d.]+) kB \|$/gm;
  const found = Array.from(readme.matchAll(line), ([, name, entry, module, kilobytes]) => ({
    name,
    entry,
    ...(module && { module }),
    kilobytes: Number(kilobytes),
  }));
  if (found.length === 0) throw new Error("wasm/README.md has no table of sizes");
  return found;
}

/** Cells of the table below `title`, in the row that begins with `words`, by the names of their columns. */
function row(readme: string, title: string, words: readonly string[]): Map<string, string> {
  const lines = readme.split(`\n${title}\n\n`)[1]?.split("\n\n")[0].split("\n") ?? [];
  const cells = (line: string) => line.split("|").slice(1, -1).map((cell) => cell.trim());
  const head = cells(lines[0] ?? "");
  const found = lines.slice(2).map(cells).find((line) => words.every((word, i) => line[i] === word));
  if (!found) throw new Error(`firmware/README.md, "${title}": no row ${words.join(", ")}`);
  return new Map(head.map((name, i) => [name, found[i]]));
}

/**
 * The value at `opt-level` s of each board. A cell holds those of levels 3 and s, or one for both; a cell of instructions
 * those of a row and of an element, whose first is wanted.
 */
function small(cells: ReadonlyMap<string, string>, of: "flash" | "stack" | "row"): number[] {
  return BOARDS.map((board) => {
    const values = (cells.get(board) ?? "").split(", ").map(Number);
    const value = of === "row" ? values[0] : values[values.length - 1];
    if (!(value > 0)) throw new Error(`firmware/README.md: no number for ${board} in ${[...cells.values()].join(" | ")}`);
    return value;
  });
}
