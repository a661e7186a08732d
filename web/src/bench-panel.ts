/** Runs the bench when asked, and shows it: a verdict, three figures, a chart, a table. */
import { bench, CONTENDERS, rowsFor, WIDTHS, type Agreement, type Contender, type Results } from "./bench";
import { Chart } from "./chart";
import { byId, h } from "./dom";
import { readable } from "./format";
import { Table } from "./table";

const NAMES: Record<Contender, string> = { simd128: "simd128", scalar: "scalar", plain: "plain JavaScript" };
const COLOURS: Record<Contender, string> = { simd128: "--accent", scalar: "--ink", plain: "--muted" };
/** A transformer's row; the figures are for this one. */
const TYPICAL = 768;
/** What rounding alone explains; more would be a mistake in one of them. */
const ROUNDING = 16;

export function benchPanel(): void {
  const run = h("button", { type: "button", class: "play", id: "bench-run" }, "Measure");
  const status = h("p", { role: "status", class: "bench-status" }, "It takes a few seconds. Nothing leaves this page.");
  const verdict = h("p", { id: "bench-verdict", class: "lesson", hidden: true });
  const figures = h("dl", { class: "figures", hidden: true });
  const host = h("div", { class: "chart" });
  const key = h("ul", { class: "key" });
  const figure = h("figure", { class: "bench-figure", hidden: true }, h("figcaption", {}, "Elements a second, in 10⁹, by the width of a row"), key, host);
  const table = new Table("The measurements as a table");
  table.element.hidden = true;
  byId("bench-panel").append(h("div", { class: "bench-start" }, run, status), verdict, figures, figure, table.element);

  for (const contender of CONTENDERS) {
    const item = h("li", {}, NAMES[contender]);
    item.style.setProperty("--colour", `var(${COLOURS[contender]})`);
    key.append(item);
  }
  const chart = new Chart(host, {
    series: CONTENDERS.map((contender) => ({
      label: NAMES[contender],
      colour: COLOURS[contender],
      ...(contender === "plain" && { dash: [6, 4] }),
    })),
    height: 240,
    gutter: 44,
    x: { range: () => [-0.25, WIDTHS.length - 0.75] },
    y: { range: (_, __, max) => [0, max * 1.1] },
    xTicks: { splits: () => WIDTHS.map((_, i) => i), values: () => WIDTHS.map(String) },
  });

  run.addEventListener("click", async () => {
    run.disabled = true;
    try {
      const results = await bench((done, of) => (status.textContent = `Measuring, ${done} of ${of} …`));
      verdict.textContent = judge(results.agreement);
      verdict.dataset.agreed = String(agreed(results.agreement));
      for (const part of [verdict, figures, figure, table.element]) part.hidden = false;
      figures.replaceChildren(...headline(results));
      const series = CONTENDERS.map((contender) => WIDTHS.map((_, i) => giga(results, contender, i)));
      chart.show([WIDTHS.map((_, i) => i), ...series]);
      table.show(() => ({
        head: ["width", "rows", ...CONTENDERS.map((contender) => `${NAMES[contender]}, 10⁹/s`)],
        rows: WIDTHS.map((width, i) => [
          String(width),
          String(rowsFor(width)),
          ...series.map((rates) => (rates[i] === null ? "none here" : readable(rates[i]))),
        ]),
      }));
      status.textContent = "The best of three rounds each. Other tabs and a low battery show.";
    } catch (error) {
      status.textContent = `That did not work: ${error instanceof Error ? error.message : String(error)}`;
    } finally {
      run.disabled = false;
      run.textContent = "Measure again";
    }
  });
}

const agreed = ({ bits, ulps }: Agreement) => bits !== false && ulps <= ROUNDING;

function judge({ bits, ulps }: Agreement): string {
  const builds = {
    true: "Both builds agree in every bit.",
    false: "The builds do not agree: please report this, with the name of your browser.",
    undefined: "This engine has no SIMD, so only the scalar build ran.",
  }[String(bits) as "true" | "false" | "undefined"];
  return `${builds} The loop is within ${readable(ulps, 2)} units of the last place.`;
}

function giga({ rates }: Results, contender: Contender, index: number): number | null {
  const rate = rates.get(contender)?.[index];
  return rate === undefined ? null : rate / 1e9;
}

function headline(results: Results): HTMLElement[] {
  const index = WIDTHS.indexOf(TYPICAL);
  const best = results.rates.has("simd128") ? "simd128" : "scalar";
  const rate = giga(results, best, index) as number;
  const figure = (value: string, text: string) => h("div", {}, h("dd", {}, value), h("dt", {}, text));
  const others = CONTENDERS.filter((contender) => contender !== best && results.rates.has(contender));
  return [
    figure(readable(rate), `billion elements a second, ${best}, ${rowsFor(TYPICAL)} × ${TYPICAL}`),
    ...others.map((other) => figure(`${readable(rate / (giga(results, other, index) as number), 2)}×`, `as fast as ${NAMES[other]}`)),
  ];
}
