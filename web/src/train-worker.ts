/** Trains nets in a thread of its own, all of them in step, and tells from time to time how far they are. */
import { init } from "layernorm/full";
import scalar from "layernorm/full/scalar.wasm?url";
import { corpus, type Corpus, type Index } from "./train-data";
import { EVERY, type Plan } from "./train-plans";
import { Trainer, type Sight } from "./trainer";

export type Request =
  | { readonly ask: "data"; readonly index: Index; /** of the files with the frames of all utterances, in their order */ readonly addresses: readonly string[] }
  | { readonly ask: "begin"; readonly run: number; readonly plans: readonly Plan[] }
  | { readonly ask: "play" | "pause" | "step" };

export interface Reply {
  /** The `begin` that this belongs to. */
  readonly run: number;
  /** One for each plan. */
  readonly sights?: readonly Sight[];
  readonly error?: string;
}

/** Milliseconds from one look to the next, at least: what goes by faster is not seen. */
const PACE = 80;

let data: Promise<Corpus> | undefined;
let run = 0;
/** Of the run; empty until the data are here. */
let trainers: readonly Trainer[] = [];
let ready: Promise<void> = Promise.resolve();
/** The latest wish: whoever finds that it is another's stops. */
let wish = 0;

const ACTS: { [K in Request["ask"]]: (request: Extract<Request, { ask: K }>) => void | Promise<void> } = {
  data: ({ index, addresses }) => {
    data = load(index, addresses);
  },
  begin: ({ run: own, plans }) => {
    wish++;
    run = own;
    trainers = [];
    ready = Promise.all([data, start()]).then(([all]) => {
      if (all && run === own) trainers = plans.map((plan) => new Trainer(plan, all));
    });
  },
  pause: () => void wish++,
  step: async () => {
    const own = ++wish;
    await ready;
    if (own === wish) advance(1);
  },
  play: async () => {
    const own = ++wish;
    await ready;
    while (own === wish && trainers.length > 0 && !trainers[0].ended) {
      const from = performance.now();
      advance(EVERY - (trainers[0].steps % EVERY));
      await new Promise((resolve) => setTimeout(resolve, PACE - (performance.now() - from)));
    }
  },
};

addEventListener("message", async ({ data: request }: MessageEvent<Request>) => {
  const own = request.ask === "begin" ? request.run : run;
  try {
    await (ACTS[request.ask] as (given: Request) => void | Promise<void>)(request);
  } catch (error) {
    postMessage({ run: own, error: error instanceof Error ? error.message : String(error) } satisfies Reply);
  }
});

let starting: Promise<unknown> | undefined;
/** The build with SIMD; where the engine has none, the scalar one, which is a file. */
const start = () => (starting ??= init().catch(() => init({ source: scalar })));

function advance(count: number): void {
  for (const trainer of trainers) for (let i = 0; i < count; i++) trainer.step();
  postMessage({ run, sights: trainers.map((trainer) => trainer.sight()) } satisfies Reply);
}

async function load(index: Index, addresses: readonly string[]): Promise<Corpus> {
  const files = await Promise.all(
    addresses.map(async (address) => {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`the utterances did not load: ${response.status}`);
      return new Float32Array(await response.arrayBuffer());
    }),
  );
  const values = new Float32Array(files.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const file of files) {
    values.set(file, at);
    at += file.length;
  }
  return corpus(index, values);
}
