/** A still figure as a file of its own, which only those fetch who see it. */
import type { Plugin } from "vite";

export interface Figure {
  svg: string;
  width: number;
  height: number;
}

/** Puts the figure of a section where the page has `<!-- section-figure -->`. */
export function figureFile(section: string, alt: string, draw: () => Figure): Plugin {
  const name = `${section}.svg`;
  let file = name;
  let drawn: Figure | undefined;
  const figure = () => (drawn ??= draw());
  return {
    name: `${section}-figure`,
    configResolved(config) {
      // While developing there is nobody to write files.
      if (config.command === "serve") file = `data:image/svg+xml,${encodeURIComponent(figure().svg)}`;
    },
    generateBundle() {
      this.emitFile({ type: "asset", fileName: name, source: figure().svg });
    },
    transformIndexHtml: {
      order: "post",
      handler(html) {
        const { width, height } = figure();
        return html.replace(`<!-- ${section}-figure -->`, `<img src="${file}" alt="${alt}" width="${width}" height="${height}" loading="lazy">`);
      },
    },
  };
}
