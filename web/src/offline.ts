/** Has the browser keep the page for when there is no network. */
import { scriptAddress } from "./trusted";

export function keepForOffline(): void {
  // While developing, every file changes all the time.
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  // The sections come first; where it is not allowed, as in a private window, the page only lacks this.
  navigator.serviceWorker.register(scriptAddress("./service-worker.js")).catch(() => undefined);
}
