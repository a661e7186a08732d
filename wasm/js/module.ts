// One WebAssembly instance for the page: which module, and when.

import { describe, typed, wrongType } from "./check.js";
import type { Core, Full, Quantized, Sequence } from "./exports.js";
import { options as checked } from "./names.js";

/** Which of the two modules computes. Both give the same bits. */
export type Backend = "simd128" | "scalar";

/** A compiled module or its bytes. */
export type SyncSource = WebAssembly.Module | BufferSource;

/** What {@link init} can load a module from. */
export type Source = SyncSource | string | URL | Response;

/** Options of {@link initSync}. */
export interface InitSyncOptions {
  /** Your own copy of `layernorm/simd.wasm` or another of the package's modules. Without it the inlined one is taken. */
  source?: SyncSource | undefined;
}

/** Options of {@link init}. */
export interface InitOptions {
  /** As for {@link initSync}, or where to fetch it from, or a promise of either. */
  source?: Source | PromiseLike<Source> | undefined;
}

interface Active {
  exports: Core & Partial<Full & Sequence & Quantized>;
  module: WebAssembly.Module;
  backend: Backend;
}

/** Version of the package, as its modules say it. build.mjs writes it. */
declare const VERSION: number;

const INIT = "source";

let inlined: (() => SyncSource) | undefined;
let active: Active | undefined;

/** @internal Names the module that an entry point brings along. */
export function provide(module: () => SyncSource): void {
  inlined = module;
}

function own(): SyncSource {
  if (!inlined) {
    throw new Error("layernorm/slim: expected init({ source }) or initSync({ source }) first, actual neither: layernorm brings a module along");
  }
  return inlined();
}

/** A module, of any realm. */
const isModule = (source: unknown): source is WebAssembly.Module => describe(source) === "WebAssembly.Module";

function needWebAssembly(): void {
  if (typeof WebAssembly !== "object") {
    throw new Error("engine: expected one with WebAssembly, actual one without: some browsers switch it off to be safer");
  }
}

/** An engine's own error, with what it means: nothing is wrong with a module that the package brings along. */
function explained(error: unknown, given: unknown): Error {
  const message = String((error as Error)?.message ?? error);
  const text = /main thread/.test(message)
    ? `engine: expected one that compiles here, actual ${message}: await init() before the first use`
    : given
      ? `source: expected a module of layernorm, actual ${message}: give all of layernorm/simd.wasm, or scalar.wasm where there is no SIMD`
      : `engine: expected WebAssembly with SIMD, actual ${message}: await init({ source }) with layernorm/scalar.wasm`;
  return new Error(text, { cause: error });
}

function start(source?: SyncSource): Active {
  needWebAssembly();
  try {
    const from = source ?? own();
    const module = isModule(from) ? from : new WebAssembly.Module(from);
    return started(module, new WebAssembly.Instance(module));
  } catch (error) {
    throw inlined || source ? explained(error, source) : error;
  }
}

function started(module: WebAssembly.Module, instance: WebAssembly.Instance): Active {
  const exports = instance.exports as unknown as Active["exports"];
  return { exports, module, backend: exports.simd128?.() ? "simd128" : "scalar" };
}

/** Refuses the instance of another module, or of another version's. */
function ofThisVersion(active: Active): Active {
  const version = active.exports.version?.();
  if (version !== VERSION) {
    const [expected, actual] = [VERSION, version].map((v) => (v === undefined ? "no version" : [v >> 20, (v >> 10) & 1023, v & 1023].join(".")));
    wrongType("source", `a module of layernorm ${expected}`, `one of ${actual}`, "take both from the same package");
  }
  return active;
}

/** A module, or bytes that begin like one: a server may have answered with its page instead. */
function plausible(source: SyncSource): SyncSource {
  if (isModule(source)) return source;
  if (!ArrayBuffer.isView(source)) typed("source", source, "a WebAssembly.Module or an ArrayBuffer");
  const { buffer = source as ArrayBuffer, byteOffset, byteLength } = source as Uint8Array;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (start !== "\0asm") {
    const actual = byteLength ? `${byteLength} bytes that begin with ${JSON.stringify(start)}` : "no bytes";
    wrongType("source", "WebAssembly, which begins with \\0asm", actual, "has a page been served instead?");
  }
  return source;
}

/**
 * Starts the module now instead of on first use, synchronously. Does nothing where one is running, with whatever source.
 *
 * @throws Error or TypeError that says what is wrong with the source, or what the engine lacks
 */
export function initSync(options: InitSyncOptions = {}): void {
  checked("initSync", options, INIT);
  if (active) return;
  const { source } = options;
  active = source == null ? start() : ofThisVersion(start(plausible(source)));
}

/**
 * Starts the module now instead of on first use; compiles and instantiates off the main thread where the engine does. Does
 * nothing where one is running, with whatever source.
 *
 * Not needed with the main entry point, save in Chromium before 115, which refuses to compile on the main thread.
 *
 * ```ts
 * await init({ source: new URL("./simd.wasm", location.href) });
 * ```
 *
 * @throws Error or TypeError that says what is wrong with the source, or what the engine lacks
 */
export async function init(options: InitOptions = {}): Promise<void> {
  checked("init", options, INIT);
  if (active) return;
  needWebAssembly();
  const given = await options.source;
  const source = given == null ? own() : await loaded(given);
  let next: Active;
  try {
    const module = isModule(source) ? source : await WebAssembly.compile(source);
    next = started(module, await WebAssembly.instantiate(module));
  } catch (error) {
    throw explained(error, given);
  }
  // Somebody may have been first while this was waiting.
  active ??= given == null ? next : ofThisVersion(next);
}

/** A module, or its bytes from wherever they are. By their names: an AudioWorklet has neither `URL` nor `Response`. */
async function loaded(source: Source): Promise<SyncSource> {
  const type = describe(source);
  if (typeof source === "string" || type === "URL") return loaded(await fetched(String(source)));
  if (type !== "Response") return plausible(source as SyncSource);
  const { ok, status, bodyUsed } = source as Response;
  if (!ok || bodyUsed) {
    const actual = ok ? "one that was read" : String(status);
    throw new Error(`source: expected a response with status 200 that is unread, actual ${actual}: is the address that of the module?`);
  }
  return plausible(await (source as Response).arrayBuffer());
}

async function fetched(address: string): Promise<Response> {
  try {
    return await fetch(address);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`source: expected an address that can be fetched, actual ${address} (${message}): give the bytes or a WebAssembly.Module`, {
      cause: error,
    });
  }
}

/** The variant that computes; starts the module if nothing has. */
export function backend(): Backend {
  return running().backend;
}

/** The compiled module, to `postMessage` to a worker that calls `initSync({ source })`. */
export async function compiled(): Promise<WebAssembly.Module> {
  if (!active) await init();
  return running().module;
}

function running(): Active {
  return (active ??= start());
}

/** @internal */
export function wasm(): Core {
  return running().exports;
}

/** @internal What only a full module can, for `verb`. */
export function full(verb: string): Full {
  const { exports } = running();
  if (exports.backward) return exports as Core & Full;
  throw lacking(verb, "gradients, streaming and dynamic tanh", "full");
}

/** @internal What only a module of sequences can, for `verb`. */
export function sequence(verb: string): Sequence {
  const { exports } = running();
  if (exports.cell) return exports as Core & Sequence;
  throw lacking(verb, "recurrent cells", "sequence");
}

/** @internal What only a module of codes can, for `verb`. */
export function codes(verb: string): Quantized {
  const { exports } = running();
  if (exports.fold) return exports as Core & Quantized;
  throw lacking(verb, "norms of codes", "quantized");
}

function lacking(verb: string, what: string, entry: string): Error {
  return new Error(`${verb}: expected a module with ${what}, actual one without: import from layernorm/${entry}`);
}
