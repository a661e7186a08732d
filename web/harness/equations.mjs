// Equations as a reader checks them: from the numbers that are displayed.
import { withExponents } from "./read.mjs";

const NUMBER = String.raw`\d[\d.]*(?:e-?\d+)?`;

function plain(text) {
  return withExponents(text).replaceAll("\u202f", "").replaceAll("−", "-");
}

/** What `text` comes to: numbers, + − · / √ and brackets. */
export function evaluate(text) {
  const code = plain(text)
    .replace(new RegExp(`√(${NUMBER})`, "g"), "Math.sqrt($1)")
    .replaceAll("√(", "Math.sqrt(")
    .replaceAll(" · ", " * ");
  if (!/^[\d.e+\-*/() ]+$/.test(code.replaceAll("Math.sqrt", ""))) throw new Error(`no expression: ${text}`);
  return Number(new Function(`return ${code}`)());
}

/** What the last digit of a displayed number counts. */
export function unit(text) {
  const [, decimals = "", power = "0"] = /^-?\d+(?:\.(\d+))?(?:e(-?\d+))?$/.exec(plain(text)) ?? [];
  return 10 ** (Number(power) - decimals.length);
}

/** Of "name = expression = result": what is wrong with it, if anything. */
export function complaint(equation) {
  const [, name, expression, relation, result] = /^(.*?) = (.*) ([=≈]) (.*)$/.exec(equation) ?? [];
  if (!name) return `no equation: ${equation}`;
  const [again, shown] = [evaluate(expression), evaluate(result)];
  const most = Math.max(...(plain(expression).match(new RegExp(NUMBER, "g")) ?? []).map(Number));
  // A displayed 0 has no last digit to go by.
  const allowed = shown === 0 ? 2e-5 * most : unit(result) * (relation === "=" ? 0.5001 : 1.0001);
  if (Math.abs(again - shown) <= allowed) return undefined;
  return `${equation}: but it is ${again}`;
}

/** Its last number. */
export function resultOf(equation) {
  return /([=≈]) ([^=≈]*)$/.exec(equation)?.[2] ?? "";
}
