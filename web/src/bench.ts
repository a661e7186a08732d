/** Checks that the contenders agree, then times them in turn. */
import workerAddress from "./bench-worker.ts?worker&url";
import { scriptAddress } from "./trusted";

export const CONTENDERS = ["simd128", "scalar", "plain"] as const;
export type Contender = (typeof CONTENDERS)[number];

export interface Request {
  readonly contender: Contender;
  readonly width: number;
  readonly rows: number;
  /** Send the result back instead of timing it. */
  readonly check: boolean;
}

export interface Reply {
  readonly y?: Float32Array;
  /** Elements a second. */
  readonly rate?: number;
  readonly error?: string;
}

export const WIDTHS = [16, 64, 256, 768, 4096] as const;
const ELEMENTS = 512 * 768;
/** A laptop slows down and speeds up; each contender gets its best of so many. */
const ROUNDS = 3;

export const rowsFor = (width: number) => Math.round(ELEMENTS / width);

export interface Agreement {
  /** Whether both builds ran and agree in every bit; `undefined` where the engine has no SIMD. */
  readonly bits: boolean | undefined;
  /** The largest distance of the loop from the package, in units of the last place of max(1, |y|). */
  readonly ulps: number;
}

export interface Results {
  readonly agreement: Agreement;
  /** By contender, elements a second for each of WIDTHS. */
  readonly rates: ReadonlyMap<Contender, readonly number[]>;
}

export async function bench(onProgress: (done: number, of: number) => void): Promise<Results> {
  const crews = CONTENDERS.map((contender) => new Crew(contender));
  try {
    const outputs = new Map<Contender, Float32Array[]>();
    for (const crew of crews) {
      const ys = await crew.check();
      if (ys) outputs.set(crew.contender, ys);
    }
    const agreement = compare(outputs);
    const present = crews.filter(({ contender }) => outputs.has(contender));
    const rates = new Map(present.map(({ contender }) => [contender, WIDTHS.map(() => 0)] as const));
    let done = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, width] of WIDTHS.entries()) {
        for (const crew of present) {
          onProgress(++done, ROUNDS * WIDTHS.length * present.length);
          const own = rates.get(crew.contender) as number[];
          own[i] = Math.max(own[i], await crew.time(width));
        }
      }
    }
    return { agreement, rates };
  } finally {
    for (const crew of crews) crew.end();
  }
}

/** A worker and questions to it, one at a time. */
class Crew {
  readonly contender: Contender;
  readonly #worker = new Worker(scriptAddress(workerAddress), { type: "module" });

  constructor(contender: Contender) {
    this.contender = contender;
  }

  /** The results for all widths, or nothing where this engine has no SIMD. */
  async check(): Promise<Float32Array[] | undefined> {
    const ys: Float32Array[] = [];
    for (const width of WIDTHS) {
      const { y, error } = await this.#ask(width, true);
      if (error && this.contender === "simd128" && /SIMD/.test(error)) return undefined;
      if (!y) throw new Error(error ?? "no result");
      ys.push(y);
    }
    return ys;
  }

  async time(width: number): Promise<number> {
    const { rate, error } = await this.#ask(width, false);
    if (!rate) throw new Error(error ?? "no time");
    return rate;
  }

  end(): void {
    this.#worker.terminate();
  }

  #ask(width: number, check: boolean): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => resolve(data);
      this.#worker.onerror = (event) => reject(new Error(event.message || "a worker did not start"));
      const request: Request = { contender: this.contender, width, rows: rowsFor(width), check };
      this.#worker.postMessage(request);
    });
  }
}

function compare(outputs: ReadonlyMap<Contender, Float32Array[]>): Agreement {
  const scalar = outputs.get("scalar") as Float32Array[];
  const plain = outputs.get("plain") as Float32Array[];
  const simd = outputs.get("simd128");
  const words = (y: Float32Array) => new Uint32Array(y.buffer);
  const bits = simd?.every((y, k) => words(y).every((word, i) => word === words(scalar[k])[i]));
  let ulps = 0;
  scalar.forEach((y, k) =>
    y.forEach((value, i) => {
      const unit = 2 ** (Math.floor(Math.log2(Math.max(1, Math.abs(value)))) - 23);
      ulps = Math.max(ulps, Math.abs(value - plain[k][i]) / unit);
    }),
  );
  return { bits, ulps };
}
