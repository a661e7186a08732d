/** What runs here: the variant, what it weighs, how long it took to start. */
import { h } from "./dom";
import { packageBytes, startPackage } from "./package";

export async function badge(): Promise<HTMLElement> {
  const { variant, took } = await startPackage();
  const bytes = packageBytes();
  const fact = (name: string, id: string, value: string) => h("div", {}, h("dt", {}, name), h("dd", { id }, value));
  return h(
    "dl",
    { class: "badge", "aria-label": "What runs here" },
    fact("This page computes by", "badge-variant", variant),
    fact("The package, Brotli", "badge-bytes", bytes ? `${(bytes / 1000).toFixed(1)} kB` : "not built"),
    fact("Started in", "badge-init", `${took.toFixed(1)} ms`),
  );
}
