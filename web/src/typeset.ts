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
  return text.split(SPECIAL).flatMap((part): (Node | string)[] => {
    if (!SPECIAL.test(part)) return part === "" ? [] : [part];
    if (RAISED.includes(part[0])) return power([...part].map((c) => `${PLAIN}−`[RAISED.indexOf(c)]).join(""));
    const name = part.replace(/[₀-₉ᵢ]+$/, "");
    if (name === part) return [symbol(name)];
    const index = [...part.slice(name.length)].map((c) => `${PLAIN}i`[LOWERED.indexOf(c)]).join("");
    return [h("span", { class: "indexed" }, symbol(name), h("sub", {}, index))];
  });
}

const written = new WeakMap<Element, string>();

/** Sets what an element says, unless it says so already: most of a page stays as it is while a bar is dragged. */
export function write(element: HTMLElement, text: string): void {
  if (written.get(element) === text) return;
  written.set(element, text);
  element.replaceChildren(...typeset(text));
}

export function power(digits: string): Node[] {
  return [h("span", { class: "unseen" }, " to the power "), h("sup", {}, digits)];
}

/** A variable of the formula. */
export function symbol(name: string): HTMLElement {
  if (name === "x̂") return h("i", { class: "symbol hat" }, "x", h("span", { class: "unseen" }, " hat"));
  return h("i", { class: "symbol" }, name);
}
