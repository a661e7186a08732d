/** A section's own share of the state, and how a link says it. */
import { shortest } from "./format";

export interface Part<S extends object> {
  /** What a bare link shows. */
  defaults(): S;
  /** Links are typed and cut short by people: what makes no sense is left at its default. */
  parse(given: URLSearchParams): S;
  /** The pairs of key and text that a link needs: those that differ from the defaults. */
  format(state: Readonly<S>): [key: string, text: string][];
}

/** The sliders give f32 too: what is computed from a link must be the same to the last bit. */
export function number(given: URLSearchParams, key: string, min: number, max: number): number | undefined {
  const value = Math.fround(Number(given.get(key) || NaN));
  return value >= min && value <= max ? value : undefined;
}

export function whole(given: URLSearchParams, key: string, min: number, max: number): number | undefined {
  const value = number(given, key, min, max);
  return value === undefined ? undefined : Math.round(value);
}

/** Exactly `length` finite numbers. */
export function list(given: URLSearchParams, key: string, length: number): number[] | undefined {
  const values = given.get(key)?.split(",").map((part) => (part === "" ? NaN : Math.fround(Number(part))));
  return values?.length === length && values.every(Number.isFinite) ? values : undefined;
}

export function choice<T extends string>(given: URLSearchParams, key: string, among: readonly T[]): T | undefined {
  return among.find((each) => each === given.get(key));
}

export type Value = number | string | boolean | readonly number[];

export function write(value: Value): string {
  if (typeof value === "object") return value.map(shortest).join(",");
  return typeof value === "number" ? shortest(value) : String(value);
}

/** Pairs for those of `keys` (name in the state to key in the link) that differ from `usual`. */
export function differing<S extends object>(state: Readonly<S>, usual: Readonly<S>, keys: Partial<Record<keyof S, string>>): [string, string][] {
  const names = Object.keys(keys) as (keyof S)[];
  return names
    .map((name) => [keys[name] as string, write(state[name] as Value), write(usual[name] as Value)])
    .filter(([, text, other]) => text !== other)
    .map(([key, text]) => [key, text]);
}
