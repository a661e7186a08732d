// What the package costs over the wire: `npm run sizes` measures the package in pkg/ and writes the table in README.md.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { pack, project } from "./test/fixture.mjs";

const readme = join(dirname(fileURLToPath(import.meta.url)), "README.md");
const TABLE = /(<!-- sizes -->\n)[^]*?(<!-- \/sizes -->)/;

/** Most bytes of what most people get. */
export const LIMITS = new Map([
  ["a page that imports `layerNorm` from `layernorm`", 12_400],
  ["a page that imports `layerNorm` from `layernorm/slim`, with `simd.wasm`", 12_000],
  ["a page that imports `LayerNorm` from `layernorm/quantized`", 16_000],
]);

/** Names and bytes, by brotli except for the tarball. */
export async function measure() {
  const folder = project();
  const brotli = (bytes) => brotliCompressSync(bytes).length;
  const page = async (name, entry) => {
    const contents = `import { ${name} } from "${entry}"; globalThis.${name} = ${name};`;
    const stdin = { contents, resolveDir: folder };
    const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false });
    return brotli(outputFiles[0].contents);
  };
  const row = async (name, entry, module) => {
    const hosted = module && brotli(readFileSync(join(folder, "node_modules/layernorm", module)));
    const beside = module ? `, with \`${module}\`` : "";
    return [`a page that imports \`${name}\` from \`${entry}\`${beside}`, (await page(name, entry)) + (hosted ?? 0)];
  };
  return new Map([
    await row("layerNorm", "layernorm"),
    await row("layerNorm", "layernorm/slim", "simd.wasm"),
    await row("layerNorm", "layernorm/slim", "scalar.wasm"),
    await row("layerNormBackward", "layernorm/full"),
    await row("layerNormBackward", "layernorm/slim", "full/simd.wasm"),
    await row("layerNormBackward", "layernorm/slim", "full/scalar.wasm"),
    await row("Classifier", "layernorm/sequence"),
    await row("LnGru", "layernorm/sequence"),
    await row("Classifier", "layernorm/slim", "sequence/simd.wasm"),
    await row("Classifier", "layernorm/slim", "sequence/scalar.wasm"),
    await row("LayerNorm", "layernorm/quantized"),
    await row("layerNorm", "layernorm/mixed"),
    ["`npm pack`", tarball()],
  ]);
}

function tarball() {
  const folder = mkdtempSync(join(tmpdir(), "layernorm-sizes-"));
  try {
    return pack(folder).size;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The table that stands in README.md, as {@link measure} gives it. */
export function stated() {
  const rows = TABLE.exec(readFileSync(readme, "utf8"))[0].matchAll(/^\| (.*) \| ([\d.]+) kB \|$/gm);
  return new Map(Array.from(rows, ([, name, size]) => [name, 1000 * Number(size)]));
}

async function write() {
  const rows = Array.from(await measure(), ([name, size]) => `| ${name} | ${(size / 1000).toFixed(1)} kB |\n`);
  const table = `| brotli; \`npm pack\` gzip | |\n|---|--:|\n${rows.join("")}`;
  writeFileSync(readme, readFileSync(readme, "utf8").replace(TABLE, `$1${table}$2`));
  console.log(table);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await write();
