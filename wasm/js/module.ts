// One WebAssembly instance for the page: which variant, and when.

import type { Core, Full, Quantized, Sequence } from "./exports.js";

/** Which of the two modules computes. Both give the same bits. */
export type Backend = "simd128" | "scalar";

/** A compiled module or its bytes. */
export type SyncSource = WebAssembly.Module | BufferSource;

/** What {@link init} can load a module from. */
export type Source = SyncSource | string | URL | Response;

/** Options of {@link initSync}. */
export interface InitSyncOptions {
  /** Your own copy of `layernorm/simd.wasm` or another of the package's modules. Without it the inlined one is taken. */
  source?: SyncSource;
  /** Which inlined variant: `"auto"` (default) takes SIMD where the engine has it. */
  simd?: "auto" | boolean;
}

/** Options of {@link init}. */
export interface InitOptions extends Omit<InitSyncOptions, "source"> {
  /** As for {@link initSync}, or where to fetch it from, or a promise of either. */
  source?: Source | PromiseLike<Source>;
}

interface Active {
  exports: Core & Partial<Full & Sequence & Quantized>;
  module: WebAssembly.Module;
  backend: Backend;
}

let inlined: Partial<Record<Backend, () => SyncSource>> | undefined;
let active: Active | undefined;

/** @internal Names the modules that an entry point brings along. */
export function provide(modules: Partial<Record<Backend, () => SyncSource>>): void {
  inlined = modules;
}

// The smallest module with a SIMD instruction: a function that returns i8x16.splat(0).
const SIMD_PROBE = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11];

function hasSimd(): boolean {
  return WebAssembly.validate(new Uint8Array(SIMD_PROBE));
}

function choose({ simd = "auto" }: { simd?: "auto" | boolean }): SyncSource {
  if (simd !== "auto" && typeof simd !== "boolean") {
    throw new TypeError(`simd: expected "auto", true or false, actual ${String(simd)}`);
  }
  if (!inlined) {
    throw new Error("A slim entry point has no module of its own: call init({ source }) or initSync({ source }) first");
  }
  if (simd === true && !hasSimd()) {
    throw new Error("simd: expected an engine with WebAssembly SIMD, actual one without");
  }
  const [modules, wanted] = [inlined, (simd === "auto" ? hasSimd() : simd) ? "simd128" : "scalar"] as const;
  const source = modules[wanted];
  if (source) return source();
  throw new Error(`simd: expected true or "auto", and an engine with WebAssembly SIMD, actual ${wanted}: layernorm/quantized/slim takes quantized/scalar.wasm as its source`);
}

function start(source: SyncSource): Active {
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  const exports = new WebAssembly.Instance(module).exports as unknown as Active["exports"];
  return { exports, module, backend: exports.simd128() ? "simd128" : "scalar" };
}

function refuseSecond(options: object): void {
  if (Object.keys(options).length > 0) {
    throw new Error(`init: expected to be called before first use, actual backend ${active!.backend} is running`);
  }
}

/**
 * Starts the module now instead of on first use, synchronously.
 *
 * Does nothing when called again without options. Throws `Error` when options come too late.
 */
export function initSync(options: InitSyncOptions = {}): void {
  if (active) return refuseSecond(options);
  active = start(options.source ?? choose(options));
}

/**
 * Starts the module now instead of on first use; compiles off the main thread where the engine does.
 *
 * Not needed with the main entry point. Throws as {@link initSync}, and what fetching and compiling throw.
 */
export async function init(options: InitOptions = {}): Promise<void> {
  if (active) return refuseSecond(options);
  const source = (await options.source) ?? choose(options);
  const module = await compile(source);
  // Somebody may have been first while this was waiting.
  active ??= start(module);
}

async function compile(source: Source): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === "string" || source instanceof URL) return compile(await fetch(source));
  if (typeof Response === "function" && source instanceof Response) {
    if (!source.ok) throw new Error(`source: expected a response with status 200, actual ${source.status}`);
    return WebAssembly.compile(await source.arrayBuffer());
  }
  return WebAssembly.compile(source as BufferSource);
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
  return (active ??= start(choose({})));
}

/** @internal */
export function wasm(): Core {
  return running().exports;
}

/** @internal What only a full module can, for `verb`. */
export function full(verb: string): Full {
  const { exports } = running();
  if (exports.backward) return exports as Core & Full;
  throw lacking(verb, "gradients and streaming", "full");
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
