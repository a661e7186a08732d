// The package as users get it: packed, then installed into an empty project.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const wasm = dirname(dirname(fileURLToPath(import.meta.url)));
export const root = dirname(wasm);

const quiet = { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" };

/** Name and bytes of the tarball, made in `folder`. */
export function pack(folder) {
  const answer = execFileSync("npm", ["pack", "--json", "--pack-destination", folder, join(wasm, "pkg")], quiet);
  const [{ filename, size }] = JSON.parse(answer);
  return { tarball: join(folder, filename), size };
}

/** A project with nothing but the package; removed when the process ends. */
export function project() {
  const folder = mkdtempSync(join(tmpdir(), "layernorm-fixture-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const { tarball } = pack(folder);
  execFileSync("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--offline", tarball], { cwd: folder, ...quiet });
  return folder;
}

/** Runs `code` as a module of the project; what it prints. */
export function run(folder, code, ...flags) {
  writeFileSync(join(folder, "main.mjs"), code);
  return execFileSync(process.execPath, [...flags, "main.mjs"], { cwd: folder, ...quiet }).trim();
}

/** The package, imported from the project into this process; a `query` makes it another instance. */
export async function load(folder, entry = "layernorm", query = "") {
  const at = JSON.parse(run(folder, `console.log(JSON.stringify(import.meta.resolve(${JSON.stringify(entry)})))`));
  return import(at + query);
}

/** Bytes of a module of the package: "full/simd". */
export const moduleBytes = (folder, name) => readFileSync(join(folder, `node_modules/layernorm/${name}.wasm`));

/** With SIMD and without. */
export async function variants(folder, entry) {
  const both = [await load(folder, entry), await load(folder, entry, "?scalar")];
  both[1].initSync({ source: moduleBytes(folder, `${entry.slice("layernorm/".length)}/scalar`.replace(/^\//, "")) });
  return both;
}
