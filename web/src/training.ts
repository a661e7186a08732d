/** A training from the page's side: a worker that is started with the first play, and what is to happen in it. */
import { scriptAddress } from "./trusted";
import type { Plan } from "./train-plans";
import type { Reply, Request } from "./train-worker";
import workerAddress from "./train-worker.ts?worker&url";
import type { Sight } from "./trainer";
import index, { files } from "virtual:utterances";

export type Phase = "ready" | "playing" | "paused" | "ended";

export interface Watcher {
  /** One sight for each plan. */
  saw(sights: readonly Sight[]): void;
  became(phase: Phase): void;
  failed(why: string): void;
}

export class Training {
  readonly #watcher: Watcher;
  #worker: Worker | undefined;
  #run = 0;
  #plans: readonly Plan[] = [];
  #phase: Phase = "ready";

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Forgets what was trained; the next play begins with `plans`. */
  set(plans: readonly Plan[]): void {
    this.#plans = plans;
    this.#run++;
    if (this.#phase !== "ready") this.#ask({ ask: "pause" });
    this.#become("ready");
  }

  play(): void {
    this.#begin();
    this.#become("playing");
    this.#ask({ ask: "play" });
  }

  pause(): void {
    this.#become("paused");
    this.#ask({ ask: "pause" });
  }

  step(): void {
    this.#begin();
    this.#become("paused");
    this.#ask({ ask: "step" });
  }

  /** Nothing that has begun begins anew, except after its end. */
  #begin(): void {
    if (this.#phase === "ended") this.set(this.#plans);
    if (this.#phase === "ready") this.#ask({ ask: "begin", run: this.#run, plans: this.#plans });
  }

  #become(phase: Phase): void {
    this.#phase = phase;
    this.#watcher.became(phase);
  }

  #ask(request: Request): void {
    if (!this.#worker) {
      this.#worker = new Worker(scriptAddress(workerAddress), { type: "module" });
      this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => this.#hear(data);
      this.#worker.onerror = (event) => this.#fail(event.message || "the worker did not start");
      const addresses = files.map((address) => new URL(address, document.baseURI).href);
      this.#worker.postMessage({ ask: "data", index, addresses } satisfies Request);
    }
    this.#worker.postMessage(request);
  }

  #hear({ run, sights, error }: Reply): void {
    if (run !== this.#run) return;
    if (error) return this.#fail(error);
    if (!sights) return;
    this.#watcher.saw(sights);
    if (sights[0].steps >= this.#plans[0].steps) this.#become("ended");
  }

  /** The next play begins with a new worker, which may have better luck. */
  #fail(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.set(this.#plans);
    this.#watcher.failed(why);
  }
}
