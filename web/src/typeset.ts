/** Text with raised digits and hats, set as such: few fonts have those characters. */
import { h } from "./dom";

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
const PLAIN = "0123456789−";
const SPECIAL = /([⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+|x̂)/;

export function typeset(text: string): (Node | string)[] {
  return text.split(SPECIAL).map((part) => {
    if (part === "x̂") return symbol(part);
    if (!SPECIAL.test(part)) return part;
    return h("sup", {}, [...part].map((c) => PLAIN[RAISED.indexOf(c)]).join(""));
  });
}

/** A variable of the formula. */
export function symbol(name: string): HTMLElement {
  return name === "x̂" ? h("i", { class: "symbol hat" }, "x") : h("i", { class: "symbol" }, name);
}
