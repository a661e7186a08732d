import { compare } from "./compare.js";
import { start } from "./share.js";

const output = document.querySelector("output");
if (crossOriginIsolated) {
  const workers = Array.from(
    { length: navigator.hardwareConcurrency },
    () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
  );
  await start(workers);
  output.value = await compare(workers);
} else {
  output.value = "No shared memory: this page has to be served with the two headers of vite.config.js.";
}
