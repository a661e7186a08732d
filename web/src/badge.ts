/** What runs here: the variant, what it weighs, how long it took to start. */
import { backend, init } from "layernorm";
import { byId } from "./dom";

export async function startPackage(): Promise<void> {
  const start = performance.now();
  await init();
  const took = performance.now() - start;
  byId("badge-variant").textContent = backend();
  byId("badge-init").textContent = `${took.toFixed(1)} ms`;
  // Absent while developing: there is no bundle to weigh.
  const bytes = document.querySelector<HTMLMetaElement>('meta[name="package-bytes"]')?.content.split(" ");
  byId("badge-bytes").textContent = bytes ? `${(Number(bytes[1]) / 1000).toFixed(1)} kB` : "not built";
}
