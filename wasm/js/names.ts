// The names of options: an unknown one is an error that says which was meant.

import { describe, wrongType } from "./check.js";

/** What others call them. */
const OTHERS: Record<string, string> = {
  eps: "epsilon",
  weight: "gamma",
  bias: "beta",
  dim: "width",
  hiddensize: "width",
  normalizedshape: "width",
  numgroups: "groups",
  numchannels: "channels",
};

/** Lists of names as sets, each made at its first use. */
const sets: Record<string, ReadonlySet<string>> = {};

/** Refuses what is no object, and options that are not in `names`: text, which a page without the verb leaves out. */
export function options(verb: string, given: object | undefined, names: string): void {
  const known = (sets[names] ??= new Set(names.split(" ")));
  if (typeof given !== "object" || given === null) {
    wrongType("options", "an object", given === undefined ? "none" : describe(given), `${verb} takes { ${list(known)} }`);
  }
  // A loop over the keys makes no garbage; an array of them would.
  for (const name in given) if (!known.has(name) && Object.hasOwn(given, name)) unknown(verb, name, known);
}

function unknown(verb: string, name: string, known: ReadonlySet<string>): never {
  const plain = name.toLowerCase().replace(/[^a-z]/g, "");
  const meant = OTHERS[plain];
  const [near, distance] = [...known].map((one) => [one, edits(plain, one.toLowerCase())] as const).reduce((a, b) => (b[1] < a[1] ? b : a));
  const hint = meant && known.has(meant) ? meant : distance < 3 && distance < near.length / 2 ? near : "";
  return wrongType(name, `an option of ${verb}`, "none of them", hint ? `write ${hint}` : `choose from ${list(known)}`);
}

const list = (known: ReadonlySet<string>) => [...known].join(", ");

/** Letters to change, to add and to leave out until `a` is `b` (Levenshtein 1966). */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + +(a[i] !== b[j]), row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
