/** The half of the bench that runs in a worker: answers questions about one contender, whose kernels `open` makes. */
import type { Shape } from "./bench-shapes";

export interface Kernel {
  /** A promise where the contender has no other way. */
  run(): void | Promise<void>;
  /** Of the last run. */
  output(): Float32Array;
}

export type Request =
  | { readonly ask: "output"; readonly shape: Shape }
  /** How far its output is from `y`. */
  | { readonly ask: "compare"; readonly shape: Shape; readonly y: Float32Array<ArrayBuffer> }
  | { readonly ask: "time"; readonly shape: Shape };

export interface Reply {
  readonly y?: Float32Array<ArrayBuffer>;
  readonly distance?: Distance;
  /** Of a call, in a burst. */
  readonly seconds?: number;
  readonly error?: string;
}

export interface Distance {
  readonly sameBits: boolean;
  /** The largest, in units of the last place of max(1, |y|). */
  readonly ulps: number;
}

interface Opened {
  readonly kernel: Kernel;
  /** Calls between two looks at the clock. */
  calls: number;
}

/** A look at the clock costs little beside so many milliseconds. */
const PAUSE = 0.1;
/** A burst is so long, short enough to get between other programs, and has so many ticks of the clock: Firefox's are 1 ms. */
const MILLISECONDS = 2;
const TICKS = 12;

export function answerQuestions(open: (shape: Shape) => Promise<Kernel>): void {
  const opened = new Map<string, Promise<Opened>>();
  const find = ({ rows, width }: Shape) => {
    const key = `${rows}×${width}`;
    let found = opened.get(key);
    if (!found) opened.set(key, (found = open({ rows, width }).then((kernel) => ({ kernel, calls: 1 }))));
    return found;
  };
  const answer = async (request: Request): Promise<Reply> => {
    const found = await find(request.shape);
    if (request.ask === "time") return { seconds: await secondsOf(found) };
    await found.kernel.run();
    const y = Float32Array.from(found.kernel.output());
    return request.ask === "output" ? { y } : { distance: distance(y, request.y) };
  };
  addEventListener("message", async ({ data }: MessageEvent<Request>) => {
    let reply: Reply;
    try {
      reply = await answer(data);
    } catch (error) {
      reply = { error: error instanceof Error ? error.message : String(error) };
    }
    postMessage(reply, { transfer: reply.y ? [reply.y.buffer] : [] });
  });
}

/** From one tick of the clock to another. */
async function secondsOf(opened: Opened): Promise<number> {
  const { kernel } = opened;
  const few = async (calls: number) => {
    for (let i = 0; i < calls; i++) {
      const done = kernel.run();
      if (done) await done;
    }
  };
  const enough = Math.max(MILLISECONDS, TICKS * tick());
  for (;;) {
    const start = nextTick();
    let calls = 0;
    let now = start;
    while (now - start < enough) {
      await few(opened.calls);
      calls += opened.calls;
      now = performance.now();
    }
    const perCall = (now - start) / calls;
    const wanted = Math.max(1, Math.round(PAUSE / perCall));
    const steady = opened.calls >= wanted / 2;
    opened.calls = wanted;
    if (steady) return perCall / 1000;
  }
}

function nextTick(): number {
  const before = performance.now();
  let now = before;
  while (now === before) now = performance.now();
  return now;
}

let known = Infinity;
function tick(): number {
  for (let i = 0; i < 3 && known === Infinity; i++) {
    const start = nextTick();
    known = Math.min(known, nextTick() - start);
  }
  return known;
}

function distance(y: Float32Array<ArrayBuffer>, other: Float32Array<ArrayBuffer>): Distance {
  const [words, others] = [new Uint32Array(y.buffer), new Uint32Array(other.buffer)];
  const sameBits = words.length === others.length && words.every((word, i) => word === others[i]);
  let ulps = 0;
  other.forEach((value, i) => {
    const unit = 2 ** (Math.floor(Math.log2(Math.max(1, Math.abs(value)))) - 23);
    const off = Math.abs(value - y[i]) / unit;
    // A NaN is as far as can be.
    if (!(off <= ulps)) ulps = off >= 0 ? off : Infinity;
  });
  return { sameBits, ulps };
}
