/** Checks that the contenders agree, then times them in turn. All that takes time is in workers. */
import { breath } from "./breath";
import type { Distance, Reply, Request } from "./bench-answer";
import onnxAddress from "./bench-onnx.ts?worker&url";
import { CALLS, shapeOf, WIDTHS, type Call, type Shape } from "./bench-shapes";
import ownAddress from "./bench-worker.ts?worker&url";
import { scriptAddress } from "./trusted";

export const CONTENDERS = ["simd128", "scalar", "easy", "plain", "onnx"] as const;
export type Contender = (typeof CONTENDERS)[number];

/** Short bursts in turn: what slows the machine for a while slows all, and falls out of a low quantile. */
const QUANTILE = 0.2;
/** Rounds; more than the fewest as long as there is time. */
const FEWEST = 7;
const MOST = 21;
const MILLISECONDS = 4000;

/** By contender: how far its outputs are from those of the scalar build. */
export type Distances = ReadonlyMap<Contender, Distance>;
/** Seconds of a call, for each of `WIDTHS`. */
export type Times = Readonly<Record<Call, readonly number[]>>;

export interface Results {
  readonly distances: Distances;
  readonly times: ReadonlyMap<Contender, Times>;
}

/** Elements a second. */
export const rate = (times: Times, call: Call, index: number) => {
  const { rows, width } = shapeOf(call, WIDTHS[index]);
  return (rows * width) / times[call][index];
};

/** `onProgress` gets the share that is done. */
export async function bench(withPeer: boolean, onProgress: (share: number) => void): Promise<Results> {
  const crews: Crew[] = [];
  try {
    for (const contender of CONTENDERS) {
      if (withPeer || contender !== "onnx") crews.push(new Crew(contender));
      // Each is a task of its own: the page answers in between.
      await breath();
    }
    const present = [];
    const distances = new Map<Contender, Distance>();
    for (const crew of crews) {
      const distance = await crew.distanceFrom(crews.find(({ contender }) => contender === "scalar") as Crew);
      if (!distance) continue;
      present.push(crew);
      if (crew.contender !== "scalar") distances.set(crew.contender, distance);
    }
    const times = await measure(present, onProgress);
    return { distances, times };
  } finally {
    for (const crew of crews) crew.end();
  }
}

async function measure(crews: readonly Crew[], onProgress: (share: number) => void): Promise<Map<Contender, Times>> {
  const cells = CALLS.flatMap((call) => WIDTHS.map((width) => shapeOf(call, width)));
  const taken = crews.map(() => cells.map((): number[] => []));
  const start = performance.now();
  for (let round = 0; round < MOST; round++) {
    const share = (performance.now() - start) / MILLISECONDS;
    if (round >= FEWEST && share >= 1) break;
    onProgress(Math.min(round / FEWEST, Math.max(round / MOST, share)));
    for (const [cell, shape] of cells.entries()) {
      // Not always the same one after the same other.
      for (let turn = 0; turn < crews.length; turn++) {
        const crew = (round % 2 ? crews.length - 1 - turn : turn + round) % crews.length;
        taken[crew][cell].push(await crews[crew].time(shape));
      }
    }
  }
  return new Map(
    crews.map(({ contender }, crew) => {
      const low = taken[crew].map((seconds) => quantile(seconds, QUANTILE));
      return [contender, { batch: low.slice(0, WIDTHS.length), row: low.slice(WIDTHS.length) }];
    }),
  );
}

function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}

/** A worker and questions to it, one at a time. */
class Crew {
  readonly contender: Contender;
  readonly #worker: Worker;

  constructor(contender: Contender) {
    this.contender = contender;
    const address = scriptAddress(contender === "onnx" ? onnxAddress : ownAddress);
    this.#worker = new Worker(address, { type: "module", name: contender });
  }

  /** Over all shapes; nothing where this engine has no SIMD. */
  async distanceFrom(other: Crew): Promise<Distance | undefined> {
    let worst: Distance = { sameBits: true, ulps: 0 };
    for (const call of CALLS) {
      for (const width of WIDTHS) {
        const shape = shapeOf(call, width);
        const { y, error: broken } = await other.#ask({ ask: "output", shape });
        if (!y) throw new Error(broken ?? "no result");
        const { distance, error } = await this.#ask({ ask: "compare", shape, y }, [y.buffer]);
        if (error && this.contender === "simd128" && /SIMD/.test(error)) return undefined;
        if (!distance) throw new Error(error ?? "no comparison");
        worst = { sameBits: worst.sameBits && distance.sameBits, ulps: Math.max(worst.ulps, distance.ulps) };
      }
    }
    return worst;
  }

  async time(shape: Shape): Promise<number> {
    const { seconds, error } = await this.#ask({ ask: "time", shape });
    if (!seconds) throw new Error(error ?? "no time");
    return seconds;
  }

  end(): void {
    this.#worker.terminate();
  }

  #ask(request: Request, transfer: Transferable[] = []): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => resolve(data);
      this.#worker.onerror = (event) => reject(new Error(event.message || "a worker did not start"));
      this.#worker.postMessage(request, transfer);
    });
  }
}
