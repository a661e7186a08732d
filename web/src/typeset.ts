/**
 * Text with its variables, raised and lowered digits set as such: few fonts have those characters. What the eye sees in the setting
 * alone is also there as text: "10⁷" reads "10 to the power 7", and "x̂" reads "x hat".
 */
import { h } from "./dom";

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const LOWERED = "₀₁₂₃₄₅₆₇₈₉ᵢ";
const PLAIN = "0123456789";
/** No English word is a single x, y or d. */
const SPECIAL = /([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|(?:x̂|[μσεγβ]|(?<![\p{L}\p{N}])[xyd](?![\p{L}0-9]))[₀₁₂₃₄₅₆₇₈₉ᵢ]*)/u;

export function typeset(text: string): (Node | string)[] {
  return partsOf(text).flatMap((part, i): (Node | string)[] => (i % 2 === 1 ? special(part) : part === "" ? [] : [part]));
}

/** Plain text at even places, what is set in its own way at odd ones. */
const partsOf = (text: string) => text.split(SPECIAL);

function special(part: string): Node[] {
  if (RAISED.includes(part[0])) return power([...part].map((c) => `${PLAIN}−`[RAISED.indexOf(c)]).join(""));
  const name = part.replace(/[₀-₉ᵢ]+$/, "");
  if (name === part) return [symbol(name)];
  const index = [...part.slice(name.length)].map((c) => `${PLAIN}i`[LOWERED.indexOf(c)]).join("");
  return [h("span", { class: "indexed" }, symbol(name), h("sub", {}, index))];
}

/** What `write` has put into an element: its text, the parts of it, and a node for each plain one. */
interface Written {
  readonly text: string;
  readonly parts: readonly string[];
  readonly plain: readonly Text[];
}

const written = new WeakMap<Element, Written>();

/**
 * Sets what an element says, unless it says so already. Where only plain text has changed, as the digits of an equation do while a bar
 * is dragged, its nodes stay: new ones would cost a slow processor more than the bars.
 */
export function write(element: Element, text: string): void {
  const old = written.get(element);
  if (old?.text === text) return;
  const parts = partsOf(text);
  const stays = old?.parts.length === parts.length && parts.every((part, i) => i % 2 === 0 || part === old.parts[i]);
  const plain = stays ? old.plain : parts.filter((_, i) => i % 2 === 0).map((part) => new Text(part));
  if (stays) plain.forEach((node, i) => node.data === parts[2 * i] || (node.data = parts[2 * i]));
  else element.replaceChildren(...parts.flatMap((part, i) => (i % 2 === 1 ? special(part) : plain[i / 2])));
  written.set(element, { text, parts, plain });
}

export function power(digits: string): Node[] {
  return [h("span", { class: "unseen" }, " to the power "), h("sup", {}, digits)];
}

/** A variable of the formula. */
export function symbol(name: string): HTMLElement {
  if (name === "x̂") return h("i", { class: "symbol hat" }, "x", h("span", { class: "unseen" }, " hat"));
  return h("i", { class: "symbol" }, name);
}
