// The built page on a free port of this machine, for what needs no more than files.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const KINDS = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
  ".bin": "application/octet-stream",
};
const COMPRESSED = new Set([".html", ".js", ".mjs", ".css", ".json", ".svg", ".wasm", ".webmanifest"]);

const compress = promisify(brotliCompress);
/** By file: its bytes as they are sent. */
const brotli = new Map();

/**
 * `under`: the folder the page is in, "/" unless given. `headers`: sent with every file. `missing`: paths that are not there.
 * `compressed`: text is sent by brotli.
 */
export async function serve({ under = "/", headers = {}, missing, compressed = false } = {}) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://page").pathname);
    const inside = path.startsWith(under) && !missing?.test(path) ? path.slice(under.length) : undefined;
    const file = join(DIST, inside || "index.html");
    try {
      if (inside === undefined) throw new Error("not there");
      const packed = compressed && COMPRESSED.has(extname(file));
      const body = packed ? await small(file) : await readFile(file);
      const kind = KINDS[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": kind, ...(packed && { "content-encoding": "br" }), ...headers }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${under}`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

async function small(file) {
  if (!brotli.has(file)) brotli.set(file, compress(await readFile(file)));
  return brotli.get(file);
}
