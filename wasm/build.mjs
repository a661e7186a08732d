// From the modules that cargo compiled, in LAYERNORM_SCALAR_DIR and LAYERNORM_SIMD_DIR, to the package in pkg/.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { leaveOut, optimise } from "./optimise.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const pkg = join(here, "pkg");
// Not by its name: the oldest TypeScript that the tests compile with has the same.
const tsc = join(here, "node_modules/typescript/bin/tsc");
const folders = { simd: process.env.LAYERNORM_SIMD_DIR, scalar: process.env.LAYERNORM_SCALAR_DIR };
if (!folders.simd || !folders.scalar) {
  throw new Error("LAYERNORM_SIMD_DIR and LAYERNORM_SCALAR_DIR: expected two folders; run `cargo xtask package`");
}

rmSync(pkg, { recursive: true, force: true });
mkdirSync(pkg);

// What js/ calls, and what that needs: a core module has less than the others.
const interfaces = readFileSync(join(here, "js", "exports.ts"), "utf8").split(/export interface (?:Full|Sequence|Quantized)/);
const [core, full, sequence, quantized] = interfaces.map(functions);
const pairs = [
  { from: "norms", to: pkg, names: core },
  { from: "norms", to: join(pkg, "full"), names: [...core, ...full] },
  { from: "sequence", to: join(pkg, "sequence"), names: [...core, ...sequence] },
  { from: "quantized", to: join(pkg, "quantized"), names: [...core.filter((name) => name !== "forward"), ...quantized] },
];
const graphFile = join(pkg, "graph.json");
for (const { from, to, names } of pairs) {
  mkdirSync(to, { recursive: true });
  const used = ["memory", ...names];
  const graph = [{ name: "js", root: true, reaches: used }, ...used.map((name) => ({ name, export: name }))];
  writeFileSync(graphFile, JSON.stringify(graph));
  const variants = Object.entries(folders).map(async ([variant, folder]) => {
    const [simd, file] = [variant === "simd", join(to, `${variant}.wasm`)];
    await leaveOut(join(folder, `${from}.wasm`), file, graphFile, { simd });
    await optimise(file, file, { simd });
  });
  // Both at once: each takes one processor.
  await Promise.all(variants);
}
rmSync(graphFile);

/** Names of the functions that `text` declares. */
function functions(text) {
  return Array.from(text.matchAll(/^ {2}(\w+)\(/gm), ([, name]) => name);
}

/** An import of a module is one of its bytes as text, in a file that entry points share; js/text.ts is the way back. */
const text = {
  name: "text",
  setup({ onResolve }) {
    onResolve({ filter: /^#wasm\/.*\.wasm$/ }, ({ path }) => {
      const name = path.slice("#wasm/".length);
      const shared = name.replace(/wasm$/, "mjs");
      writeFileSync(join(pkg, shared), `export default "${encode(readFileSync(join(pkg, name)))}";\n`);
      return { path: `./${shared}`, external: true };
    });
  },
};

// Whole characters for each byte: base64 shifts what repeats against the characters, which costs half again after brotli.
// One for most bytes: hexadecimal, with two for all, costs 4 % more after brotli and a quarter more after gzip.
function encode(bytes) {
  const digit = (i) => String.fromCharCode(35 + i + (i >= 57));
  return Array.from(bytes, (b) => (b < 89 ? digit(b) : digit(88 + Math.floor(b / 89)) + digit(b % 89))).join("");
}

const version = /^version = "(.*)"$/m.exec(readFileSync(join(here, "..", "Cargo.toml"), "utf8"))[1];

const shared = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  plugins: [text],
};
const names = ["index", "full", "sequence", "quantized", "mixed", "pool", "slim", "quantized-slim"]
  .concat(["index-workerd", "full-workerd", "sequence-workerd", "quantized-workerd", "mixed-workerd"]);
// Minified together, then each apart with those names: what files share is the same text, of which gzip keeps one where they are
// near each other. npm packs them by name.
const together = join(pkg, "together");
await build({
  ...shared,
  entryPoints: names.map((name) => `js/${name}.ts`),
  // As wasm/src/lib.rs has it.
  define: { VERSION: String(version.split(".").reduce((all, part) => 1024 * all + parseInt(part), 0)) },
  outdir: together,
  splitting: true,
  minify: true,
  external: ["*.wasm"],
});
await build({
  ...shared,
  entryPoints: names.map((name) => join(together, `${name}.js`)),
  outdir: pkg,
  minifyWhitespace: true,
  minifySyntax: true,
  external: ["*.wasm", "*.mjs"],
});
rmSync(together, { recursive: true });

execFileSync(process.execPath, [tsc, "--declaration", "--emitDeclarationOnly", "--outDir", join(pkg, "types")], {
  cwd: here,
  stdio: "inherit",
});
// Of these the declarations that users see import nothing.
for (const name of ["check", "copied", "exports", "heap", "memory", "names", "parts", "scratch", "text"]) rmSync(join(pkg, "types", `${name}.d.ts`));
for (const name of ["wasm", "wasm-module"]) cpSync(join(here, "js", `${name}.d.ts`), join(pkg, "types", `${name}.d.ts`));
for (const name of ["CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]) cpSync(join(here, "..", name), join(pkg, name));
cpSync(join(here, "README.md"), join(pkg, "README.md"));
const { name, ...rest } = JSON.parse(readFileSync(join(here, "package.template.json"), "utf8"));
writeFileSync(join(pkg, "package.json"), `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);
