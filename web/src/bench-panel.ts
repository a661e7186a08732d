/** Runs the bench when asked, and shows it: a verdict, figures, where a loop is as good, charts, a table. */
import facts from "virtual:measured";
import { bench, CONTENDERS, type Results } from "./bench";
import { breath } from "./breath";
import { benchChart, reachOf } from "./bench-chart";
import { CALL_NAMES, LOOKS } from "./bench-names";
import { CALLS, shapeOf, WIDTHS, type Call } from "./bench-shapes";
import { agreed, giga, timesAsFast, verdict, wherePlainIsAsGood } from "./bench-words";
import { h } from "./dom";
import { readable } from "./format";
import { Table } from "./table";

/** A transformer's row; the figures are for this one. */
const TYPICAL = WIDTHS.indexOf(768);

/** `say` tells those who listen how it ended. */
export function benchPanel(say: (text: string) => void): HTMLElement {
  const run = h("button", { type: "button", class: "play", id: "bench-run" }, "Measure");
  const peer = h("button", { type: "button", class: "play quiet", id: "bench-peer" }, "Measure with ONNX Runtime");
  const progress = h("p", { class: "bench-status" }, `It takes some seconds. ONNX Runtime is ${(facts.onnxBytes / 1e6).toFixed(1)} MB more to fetch, from this page's own files.`);
  const result = h("p", { id: "bench-verdict", class: "bench-verdict", hidden: true });
  const figures = h("dl", { class: "figures" });
  const words = h("ul", { class: "bench-words" });
  const hosts = CALLS.map(() => h("div", { class: "bench-host" }));
  const charts = h(
    "figure",
    { class: "bench-figure" },
    h("figcaption", {}, "Elements a second, by the width of a row"),
    h("div", { class: "bench-charts" }, ...CALLS.map((call, i) => h("div", {}, h("h4", {}, CALL_NAMES[call]), hosts[i]))),
  );
  const table = new Table("The measurements as a table");
  const results = h("div", { class: "bench-results", hidden: true }, figures, words, charts, table.element);
  let measured: Results | undefined;

  const draw = (call: Call, host: HTMLElement) => {
    if (!measured || host.clientWidth === 0) return;
    const chart = benchChart(measured, call, host.clientWidth, reachOf(measured));
    chart.setAttribute("aria-label", `Elements a second by width, ${CALL_NAMES[call]}; the table below has the numbers`);
    host.replaceChildren(chart);
  };
  const drawAll = async () => {
    for (const [i, call] of CALLS.entries()) {
      await breath();
      draw(call, hosts[i]);
    }
  };
  new ResizeObserver(drawAll).observe(charts);

  const measure = async (withPeer: boolean) => {
    run.disabled = peer.disabled = true;
    say("Measuring.");
    try {
      measured = await bench(withPeer, (share) => (progress.textContent = `Measuring, ${Math.round(100 * share)} % …`));
      result.textContent = verdict(measured.distances);
      result.dataset.agreed = String(agreed(measured.distances));
      figures.replaceChildren(...headline(measured));
      words.replaceChildren(...wherePlainIsAsGood(measured).map((text) => h("li", {}, text)));
      result.hidden = results.hidden = false;
      await drawAll();
      const shown = measured;
      table.show(() => tableOf(shown));
      progress.textContent = "Short runs in turn; what counts is the time that one in five of them beats. One thread. Other tabs and a low battery show.";
      say(`Measured. ${result.textContent}`);
    } catch (error) {
      progress.textContent = `That did not work: ${error instanceof Error ? error.message : String(error)}`;
      say(progress.textContent);
    } finally {
      run.disabled = peer.disabled = false;
      run.textContent = "Measure again";
    }
  };
  run.addEventListener("click", () => measure(false));
  peer.addEventListener("click", () => measure(true));
  return h("div", { id: "bench" }, h("div", { class: "bench-start" }, run, peer, progress), result, results);
}

function headline(results: Results): HTMLElement[] {
  const best = results.times.has("simd128") ? "simd128" : "scalar";
  const { rows, width } = shapeOf("batch", WIDTHS[TYPICAL]);
  const figure = (value: string, text: string) => h("div", {}, h("dd", {}, value), h("dt", {}, text));
  const ratio = (own: "easy" | typeof best, other: "scalar" | "plain" | "onnx", text: string) =>
    results.times.has(other) && own !== other ? [figure(`${readable(timesAsFast(results, own, other, "batch", TYPICAL), 2)}×`, text)] : [];
  return [
    figure(readable(giga(results, best, "batch", TYPICAL) ?? NaN), `billion elements a second: ${LOOKS[best].name}, ${rows}\u00a0×\u00a0${width}`),
    ...ratio(best, "scalar", "as fast as the scalar build"),
    ...ratio("easy", "plain", "as fast as plain JavaScript: layerNorm(), copies included"),
    ...ratio("easy", "onnx", "as fast as ONNX Runtime Web, which copies too"),
  ];
}

function tableOf(results: Results) {
  const present = CONTENDERS.filter((contender) => results.times.has(contender));
  const row = (call: Call, i: number) => [
    String(WIDTHS[i]),
    String(shapeOf(call, WIDTHS[i]).rows),
    ...present.map((contender) => readable(giga(results, contender, call, i) as number)),
  ];
  return {
    head: ["width", "rows a call", ...present.map((contender) => `${LOOKS[contender].name}, 10⁹/s`)],
    rows: CALLS.flatMap((call) => WIDTHS.map((_, i) => row(call, i))),
  };
}
