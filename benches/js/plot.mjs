// A line plot with two logarithmic axes, as SVG.
const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = 210;
const TOP = 40;
const BOTTOM = 48;
// Okabe and Ito's palette, told apart by colour-blind eyes too; dashed where it starts again.
const COLOURS = ["#0072b2", "#000000", "#999999", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9"];

const escape = (text) => text.replace(/[&<>]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[c]);

/** `series`: [{ name, points: [[x, y]] }]. */
export function linePlot({ title, x, y, series }) {
  const all = series.flatMap(({ points }) => points);
  const range = (values) => [Math.log2(Math.min(...values)), Math.log2(Math.max(...values))];
  const [x0, x1] = range(all.map(([x]) => x));
  const [y0, y1] = range(all.map(([, y]) => y)).map((value, end) => (end ? Math.ceil(value) : Math.floor(value)));
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const atX = (x) => LEFT + ((Math.log2(x) - x0) / (x1 - x0)) * (right - LEFT);
  const atY = (y) => bottom - ((Math.log2(y) - y0) / (y1 - y0)) * (bottom - TOP);
  const text = (x, y, anchor, what) => `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escape(what)}</text>`;
  const line = (a, b, c, d) => `<path class="grid" d="M${a.toFixed(1)} ${b.toFixed(1)}L${c.toFixed(1)} ${d.toFixed(1)}"/>`;

  const parts = [];
  for (let power = y0; power <= y1; power++) {
    const value = 2 ** power;
    parts.push(line(LEFT, atY(value), right, atY(value)), text(LEFT - 8, atY(value) + 4, "end", `${Number(value.toPrecision(2))}`));
  }
  let free = 0;
  for (const value of new Set(all.map(([x]) => x))) {
    parts.push(line(atX(value), TOP, atX(value), bottom));
    if (atX(value) < free) continue;
    parts.push(text(atX(value), bottom + 18, "middle", `${value}`));
    free = atX(value) + 36;
  }
  // Names at the ends of their lines, pushed apart where they would overlap.
  const ends = series.map(({ points }, index) => ({ index, y: atY(points.at(-1)[1]) })).sort((a, b) => a.y - b.y);
  ends.forEach((end, i) => (end.y = Math.max(end.y, i ? ends[i - 1].y + 16 : TOP)));
  for (const { index, y } of ends) {
    const { name, points } = series[index];
    const colour = COLOURS[index % COLOURS.length];
    const dashes = index < COLOURS.length ? "" : ' stroke-dasharray="4 3"';
    const path = points.map(([x, y], i) => `${i ? "L" : "M"}${atX(x).toFixed(1)} ${atY(y).toFixed(1)}`).join("");
    parts.push(`<path fill="none" stroke="${colour}" stroke-width="${index ? 1.5 : 3}"${dashes} d="${path}"/>`);
    parts.push(`<g fill="${colour}">${text(right + 10, y + 4, "start", name)}</g>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<style>.grid { stroke: #ddd }</style>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
${text(LEFT, 22, "start", `${title}: ${y}`)}
${text((LEFT + right) / 2, HEIGHT - 10, "middle", x)}
${parts.join("\n")}
</svg>
`;
}
