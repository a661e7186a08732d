/** What runs here: the variant, what it weighs, how long it took to start. */
import { byId } from "./dom";
import { packageBytes, startPackage } from "./package";

export async function showBadge(): Promise<void> {
  const { variant, took } = await startPackage();
  byId("badge-variant").textContent = variant;
  byId("badge-init").textContent = `${took.toFixed(1)} ms`;
  const bytes = packageBytes();
  byId("badge-bytes").textContent = bytes ? `${(bytes / 1000).toFixed(1)} kB` : "not built";
}
