/** The figure of section 0 as index.html has it before any script runs, computed by the same code. */
import type { Plugin } from "vite";
import { Net } from "../src/layers-net";
import { DECADES, dots, height, LAYER_TICKS, line, VIEW } from "../src/layers-plot";

const FAN = [2, 1.4, 1, 0.7, 0.5];

function figure(): string {
  const net = new Net();
  const fan = FAN.map((g) => ({ g, sizes: net.signal(g, "none") }));
  const chosen = net.signal(1, "none");
  const power = (n: number) => (n === 0 ? "1" : `10<tspan class="power" dy="-0.45em">${String(n).replace("-", "−")}</tspan>`);
  const parts = [
    ...DECADES.map((n) => {
      const y = height(10 ** n);
      return `<line class="${n === 0 ? "unit" : "decade"}" x1="0" x2="100%" y1="${y}" y2="${y}"/><text class="tick" x="-8" y="${y}" dy="0.32em" text-anchor="end">${power(n)}</text>`;
    }),
    ...LAYER_TICKS.map((n) => `<text class="tick" x="${(100 * n) / 30}%" y="100%" dy="1.5em" text-anchor="middle">${n}</text>`),
    `<svg viewBox="${VIEW}" preserveAspectRatio="none" overflow="visible">`,
    ...fan.map(({ sizes }) => `<path class="other" d="${line(sizes)}"/>`),
    `<path class="none curve" d="${line(chosen)}"/><path class="none dots" d="${dots(chosen)}"/>`,
    `<path class="layer curve" d="${line(net.signal(1, "layer"))}"/><path class="rms curve" d="${line(net.signal(1, "rms"))}"/>`,
    "</svg>",
    ...fan.map(({ g, sizes }) => `<text class="other-label" x="100%" dx="8" y="${height(sizes[30])}" dy="0.32em">g = ${g}</text>`),
  ];
  return `<svg class="layers-plot" role="img" aria-labelledby="layers-caption">${parts.join("")}</svg>`;
}

export function layersFigure(): Plugin {
  return {
    name: "layers-figure",
    transformIndexHtml: { order: "pre", handler: (html) => html.replace("<!-- layers-figure -->", figure) },
  };
}
