/** What each start costs: bytes of a page, flash and stack of a board. All numbers are measured, `build/measured.ts` reads them. */
import measured from "virtual:measured";
import { h } from "./dom";

const { sizes, boards, verbs, rust } = measured;

/** The ways to one function: everything inlined, or a module of one's own hosting. */
const WAYS = [
  { head: "inlined", fits: (module = "") => module === "" },
  { head: "simd.wasm", fits: (module = "") => module.endsWith("simd.wasm") },
  { head: "scalar.wasm", fits: (module = "") => module.endsWith("scalar.wasm") },
];

export function webFacts(): HTMLElement {
  const rows = [...new Set(sizes.map(({ name }) => name))].map((name) => [
    name,
    ...WAYS.map(({ fits }) => {
      const size = sizes.find((one) => one.name === name && fits(one.module));
      return size ? size.kilobytes.toFixed(1) : "–";
    }),
  ]);
  return h(
    "div",
    { class: "facts" },
    table("What a page downloads, in kB, compressed by Brotli", ["you import", ...WAYS.map(({ head }) => head)], [{ rows }]),
    h(
      "p",
      {},
      "A page pays for what it imports. Inlined, the default: the WebAssembly is in the script, a fast build with SIMD and one without, ",
      "with nothing to configure. The other columns: import ",
      h("code", {}, "layernorm/slim"),
      " and host one .wasm file yourself.",
    ),
  );
}

export function rustFacts(): HTMLElement {
  return h(
    "ul",
    { class: "facts" },
    h("li", {}, h("code", {}, "no_std"), ", no allocation, no panic; the one dependency is ", h("code", {}, "libm"), "."),
    h("li", {}, `Rust ${rust} or later. With `, h("code", {}, "--features std"), " AVX2 is chosen at run time; the bits are the same."),
    h("li", {}, "Wrong lengths return an ", h("code", {}, "Error"), " that names the parameter, the expected and the actual value."),
    h("li", {}, "The documentation is at ", h("a", { href: "https://docs.rs/layernorm" }, "docs.rs/layernorm"), "."),
  );
}

const KINDS = [
  { key: "flash", head: "flash, kB", text: (bytes: number) => (bytes / 1000).toFixed(1) },
  { key: "stack", head: "stack, bytes", text: String },
  { key: "instructions", head: "instructions, a row of 256", text: (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f") },
] as const;

export function firmwareFacts(): HTMLElement {
  const groups = KINDS.map(({ key, head, text }) => ({ head, rows: verbs.map((verb) => [verb.type, ...verb[key].map(text)]) }));
  return h(
    "div",
    { class: "facts" },
    table("What LayerNorm takes on a board", ["", ...boards], groups),
    h(
      "p",
      {},
      "At ",
      h("code", {}, "opt-level"),
      " s, on boards that QEMU emulates; the stack is that of the hardest row. Where there is no FPU, codes of 16 or 8 bits take a ",
      "fraction of the time of f32, and every one of them is correctly rounded: ",
      h("code", {}, "layernorm::fixed"),
      " and ",
      h("code", {}, "layernorm::quantized"),
      ".",
    ),
  );
}

interface Group {
  /** Above its rows. */
  readonly head?: string;
  readonly rows: readonly (readonly string[])[];
}

function table(caption: string, head: readonly string[], groups: readonly Group[]): HTMLElement {
  const cells = (row: readonly string[]) => row.map((text, i) => h(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : {}, text));
  const title = (text?: string) => (text ? [h("tr", {}, h("th", { scope: "rowgroup", class: "group", colspan: head.length }, text))] : []);
  return h(
    "div",
    { class: "facts-scroll", tabindex: 0, role: "region", "aria-label": caption },
    h(
      "table",
      {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, ...head.map((text) => (text ? h("th", { scope: "col" }, text) : h("td"))))),
      ...groups.map((group) => h("tbody", {}, ...title(group.head), ...group.rows.map((row) => h("tr", {}, ...cells(row))))),
    ),
  );
}
