/** Writes the starts of the row that the page opens with into the still figure of "Use it": they need no script to be read. */
import type { Plugin } from "vite";
import { rowPart } from "../src/row-state";
import { STARTS } from "../src/use-starts";

const PLACE = "<!-- starts -->";

export function starts(): Plugin {
  return {
    name: "starts",
    transformIndexHtml(html) {
      if (!html.includes(PLACE)) throw new Error(`index.html has no ${PLACE}`);
      return html.replace(PLACE, () => STARTS.map(figure).join(""));
    },
  };
}

function figure({ id, name, install, write }: (typeof STARTS)[number]): string {
  const code = `<pre tabindex="0" data-start="${id}" aria-label="The start for ${name}"><code>${escape(write(rowPart.defaults()))}</code></pre>`;
  return `<h3>${name}</h3><pre><code>${escape(install)}</code></pre>${code}`;
}

const escape = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
