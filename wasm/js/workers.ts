// Rows split among workers. They are independent, so no bit changes.

import * as check from "./check.js";
import { settled } from "./copied.js";
import { layerNorm, rmsNorm } from "./easy.js";
import { anchor } from "./memory.js";
import { compiled, initSync } from "./module.js";
import { options as checked } from "./names.js";
import type { Anew, Floats, Into, NormOptions } from "./options.js";
import { Owner } from "./owner.js";

/** A `Worker` of the web or of `worker_threads`, whose script calls {@link serve}. */
export interface PoolWorker {
  postMessage(message: any, transfer: any): void;
}

/** Options of {@link Pool}. */
export interface PoolOptions {
  /** At least one; they stay the caller's, to be terminated by it. */
  workers: readonly PoolWorker[];
}

/** Options of {@link Pool.layerNorm} and {@link Pool.rmsNorm}. */
export interface PooledOptions extends NormOptions {
  /** Where the result goes, as long as `x`; may be `x`. Without it a new array, in shared memory where `x` is. */
  out?: Float32Array | undefined;
}

/** What a worker is asked, by a port of its own. */
interface Question {
  id: number;
  centred: boolean;
  x: Float32Array;
  /** Shared memory for the result; without it the result comes with the answer. */
  options: NormOptions & { out: Float32Array | undefined };
}
interface Answer {
  id: number;
  y?: Float32Array;
  error?: string;
}
/** The first message, beside which a worker may get others. */
interface Greeting {
  layernorm?: { port: MessagePort; source: WebAssembly.Module };
}

const POOL = "workers";
const POOLED = "width gamma beta epsilon unitOffset out";

const isShared = ({ buffer }: Float32Array) => check.describe(buffer) === "SharedArrayBuffer";

interface Waiting {
  resolve(y: Float32Array | undefined): void;
  reject(error: Error): void;
}

/** A worker, and what it has been asked. */
class Asked {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #failed: Error | undefined;

  constructor(worker: PoolWorker, source: WebAssembly.Module) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data: { id, y, error } }: MessageEvent<Answer>) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(y);
      else waiting?.reject(new Error(error));
    };
    const greeting: Greeting = { layernorm: { port: port2, source } };
    worker.postMessage(greeting, [port2]);
  }

  ask(question: Omit<Question, "id">, transfer: Transferable[]): Promise<Float32Array | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#failed) return reject(this.#failed);
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#port.postMessage({ ...question, id } satisfies Question, transfer);
    });
  }

  fail(error: Error): void {
    this.#failed = error;
    this.#port.close();
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Calls `heard` when `worker`, of the web or of Node, has an error or ends. */
function listen(worker: PoolWorker, heard: (error: Error) => void): void {
  const target = worker as Partial<Worker> & { on?(name: string, listener: (value: unknown) => void): void };
  const said = (value: unknown) => {
    const { message = value } = Object(value);
    heard(new Error(`workers: expected workers that run, actual ${message}: see what their scripts do`));
  };
  if (target.on) {
    target.on("error", said);
    target.on("exit", (code) => said(`one that ended with code ${code}`));
  } else {
    target.addEventListener?.("error", said);
  }
}

/**
 * {@link layerNorm} and {@link rmsNorm} by several workers, each with a block of the rows: the bits are those of one.
 *
 * ```ts
 * const workers = Array.from({ length: 4 }, () => new Worker(new URL("./rows.js", import.meta.url), { type: "module" }));
 * const pool = new Pool({ workers });
 * const y = await pool.layerNorm(x, { width: 768 });
 * ```
 *
 * Arrays in shared memory (`new Float32Array(new SharedArrayBuffer(bytes))`) are read and written where they are; parts of others are
 * copied and transferred. Calls may overlap. `x` and `out` must not change before the promise is settled.
 */
export class Pool extends Owner {
  static readonly name = "Pool";

  readonly #asked: Promise<Asked[]>;
  #failed: Error | undefined;

  constructor(options: PoolOptions) {
    super("Pool");
    checked("Pool", options, POOL);
    const { workers } = options;
    if (!Array.isArray(workers)) check.wrongType("workers", "an array of workers", check.describe(workers), "[new Worker(…)]");
    if (workers.length === 0) check.wrongValue("workers", "at least one", 0, "[new Worker(…)]");
    workers.forEach((worker, i) => {
      if (typeof worker?.postMessage !== "function") check.wrongType(`workers[${i}]`, "a worker", check.describe(worker), "new Worker(…)");
      listen(worker, (error) => this.#fail(error));
    });
    this.#asked = compiled().then((source) => workers.map((worker) => new Asked(worker, source)));
    // Each call tells its caller.
    this.#asked.catch(() => {});
  }

  /** As {@link layerNorm}, by the workers. Rejects with what that throws, and with an Error where a worker fails. */
  layerNorm<T extends Float32Array>(x: Float32Array, options: Into<PooledOptions, T>): Promise<T>;
  layerNorm(x: Float32Array, options: Anew<PooledOptions>): Promise<Float32Array>;
  layerNorm(x: Float32Array, options: PooledOptions): Promise<Float32Array>;
  async layerNorm(x: Float32Array, options: PooledOptions): Promise<Float32Array> {
    return this.#normalise("layerNorm", x, options, true);
  }

  /** As {@link rmsNorm}, by the workers. Otherwise as {@link Pool.layerNorm}. */
  rmsNorm<T extends Float32Array>(x: Float32Array, options: Into<PooledOptions, T>): Promise<T>;
  rmsNorm(x: Float32Array, options: Anew<PooledOptions>): Promise<Float32Array>;
  rmsNorm(x: Float32Array, options: PooledOptions): Promise<Float32Array>;
  async rmsNorm(x: Float32Array, options: PooledOptions): Promise<Float32Array> {
    return this.#normalise("rmsNorm", x, options, false);
  }

  /** Ends the conversation with the workers: what is waited for is rejected, and calls are errors from then on. */
  override dispose(): void {
    super.dispose();
    this.#fail(new TypeError("Pool: expected one in use, actual disposed: make another, or dispose() of it later"));
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#asked.then((asked) => asked.forEach((one) => one.fail(error)), () => {});
  }

  async #normalise(verb: string, x: Float32Array, options: PooledOptions, centred: boolean): Promise<Float32Array> {
    this.alive();
    checked(`Pool.${verb}`, options, POOLED);
    const width = check.whole("width", options.width, 1, check.WIDTH);
    const rows = check.rows("x", check.floats("x", x), width);
    const { gamma, beta, epsilon, unitOffset } = check.norm(options, width, centred);
    const given = check.floats("out", options.out ?? like(x), x.length);
    // What one worker writes no other may read; in place each has its own rows.
    const source = anchor(x.byteOffset === given.byteOffset ? x : settled(x, given));
    const out = anchor(given);
    // Copies: a message with a view takes all the memory behind it.
    const norm = { width, gamma: gamma?.slice(), beta: beta?.slice(), epsilon, unitOffset };
    const asked = await this.#asked;
    if (this.#failed) throw this.#failed;
    const block = Math.ceil(rows / asked.length) * width;
    const [read, written] = [isShared(source()), isShared(given)];
    const busy = asked.slice(0, Math.ceil(rows / (block / width || 1)));
    const answers = busy.map((worker, i) => {
      const part = (values: Float32Array) => values.subarray(i * block, (i + 1) * block);
      const own = read ? part(source()) : part(source()).slice();
      const question = { centred, x: own, options: { ...norm, out: written ? part(given) : undefined } };
      return worker.ask(question, read ? [] : [own.buffer]);
    });
    const results = await Promise.all(answers);
    results.forEach((y, i) => y && out().set(y, i * block));
    return out();
  }
}

/** A new array, in shared memory where `x` is. */
function like(x: Float32Array): Float32Array {
  return isShared(x) ? new Float32Array(new SharedArrayBuffer(x.byteLength)) : new Float32Array(x.length);
}

/**
 * Makes a worker one of a {@link Pool}: its script calls this once.
 *
 * ```ts
 * import { serve } from "layernorm/pool";
 * serve(); // in Node: serve(parentPort)
 * ```
 *
 * @param scope what the worker's messages come to; `self` without it
 */
export function serve(scope?: object): void {
  const from = (scope ?? globalThis) as EventTarget & { start?(): void };
  if (typeof from.addEventListener !== "function") {
    check.wrongType("scope", "what a worker's messages come to", check.describe(scope), "serve() in a page's worker, serve(parentPort) in Node");
  }
  from.addEventListener("message", (event) => {
    const { layernorm } = Object((event as MessageEvent<Greeting>).data) as Greeting;
    if (!layernorm) return;
    const { port, source } = layernorm;
    port.onmessage = ({ data }: MessageEvent<Question>) => {
      const { answer, transfer } = answered(data, source);
      port.postMessage(answer, transfer);
    };
  });
  from.start?.();
}

function answered({ id, centred, x, options }: Question, source: WebAssembly.Module): { answer: Answer; transfer: Transferable[] } {
  try {
    initSync({ source });
    const y: Floats | Float32Array = (centred ? layerNorm : rmsNorm)(x, options);
    return options.out ? { answer: { id }, transfer: [] } : { answer: { id, y }, transfer: [y.buffer as ArrayBuffer] };
  } catch (error) {
    return { answer: { id, error: String((error as Error).message) }, transfer: [] };
  }
}
