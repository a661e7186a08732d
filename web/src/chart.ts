/** A uPlot chart in the page's colours, which follows its container's width and the theme. */
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { onTheme, styleColour } from "./theme";

export interface Series {
  readonly label: string;
  /** A custom property of the style sheet. */
  readonly colour: string;
  readonly dash?: number[];
}

export interface ChartOptions {
  readonly series: readonly Series[];
  readonly height: number;
  readonly x: uPlot.Scale;
  readonly y: uPlot.Scale;
  readonly xTicks?: uPlot.Axis;
  readonly yTicks?: uPlot.Axis;
  /** The position of a mark, a vertical line. */
  readonly mark?: () => number | undefined;
  readonly gutter: number;
  /** Writes the labels at the ends of the lines. */
  readonly named?: boolean;
}

export class Chart {
  readonly #host: HTMLElement;
  readonly #options: ChartOptions;
  #plot: uPlot | undefined;
  #data: uPlot.AlignedData;

  constructor(host: HTMLElement, options: ChartOptions) {
    this.#host = host;
    this.#options = options;
    this.#data = [[], ...options.series.map(() => [])];
    new ResizeObserver(() => this.#resize()).observe(host);
    onTheme(() => {
      this.#plot?.destroy();
      this.#plot = undefined;
      this.#draw();
    });
  }

  show(data: uPlot.AlignedData): void {
    this.#data = data;
    this.#draw();
  }

  #resize(): void {
    if (this.#plot) this.#plot.setSize({ width: this.#host.clientWidth, height: this.#options.height });
    else this.#draw();
  }

  #draw(): void {
    if (this.#plot) return this.#plot.setData(this.#data);
    const width = this.#host.clientWidth;
    if (width === 0 || this.#data[0].length === 0) return;
    const { series, height, x, y, xTicks, yTicks, gutter } = this.#options;
    const stroke = styleColour("--muted");
    const font = `12px ${styleColour("--sans")}`;
    const lines = { stroke, font, grid: { stroke: styleColour("--rule"), width: 1 }, ticks: { show: false } };
    this.#plot = new uPlot(
      {
        width,
        height,
        padding: [8, 0, 0, 0],
        cursor: { show: false },
        legend: { show: false },
        scales: { x: { time: false, ...x }, y },
        axes: [
          { ...lines, size: 24, gap: 2, ...xTicks, grid: { show: false } },
          { ...lines, size: gutter, gap: 6, ...yTicks },
        ],
        series: [
          {},
          ...series.map(({ label, colour, dash }) => ({
            label,
            stroke: styleColour(colour),
            width: 2,
            points: { show: true, size: 5, fill: styleColour("--paper") },
            ...(dash && { dash }),
          })),
        ],
        hooks: { draw: [(plot) => this.#mark(plot), (plot) => this.#name(plot)] },
      },
      this.#data,
      this.#host,
    );
  }

  #name(plot: uPlot): void {
    if (!this.#options.named) return;
    const last = plot.data[0].length - 1;
    // uPlot sets the font of its labels once: whoever sets another has to put it back.
    plot.ctx.save();
    plot.ctx.textAlign = "right";
    plot.ctx.textBaseline = "bottom";
    plot.ctx.font = `italic ${16 * devicePixelRatio}px ${styleColour("--serif")}`;
    this.#options.series.forEach(({ label, colour }, i) => {
      const value = plot.data[i + 1][last];
      if (typeof value !== "number") return;
      plot.ctx.fillStyle = styleColour(colour);
      const x = plot.bbox.left + plot.bbox.width - 4 * devicePixelRatio;
      plot.ctx.fillText(label, x, plot.valToPos(value, "y", true) - 5 * devicePixelRatio);
    });
    plot.ctx.restore();
  }

  #mark(plot: uPlot): void {
    const at = this.#options.mark?.();
    if (at === undefined) return;
    const x = Math.round(plot.valToPos(at, "x", true));
    plot.ctx.fillStyle = styleColour("--accent");
    plot.ctx.fillRect(x, plot.bbox.top, devicePixelRatio, plot.bbox.height);
  }
}
