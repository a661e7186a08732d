// The same in Node: `node node.js`.

import { availableParallelism } from "node:os";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { compare } from "./compare.js";
import { serve } from "./serve.js";
import { start } from "./share.js";

if (isMainThread) {
  const workers = Array.from({ length: availableParallelism() }, () => new Worker(new URL(import.meta.url)));
  await start(workers);
  console.log(await compare(workers));
  await Promise.all(workers.map((worker) => worker.terminate()));
} else {
  serve(parentPort);
}
