/** What the measurements say, in words: who agrees with whom, and where one does not need a package. */
import { rate, type Contender, type Distances, type Results } from "./bench";
import { CALL_NAMES, LOOKS } from "./bench-names";
import { CALLS, WIDTHS, type Call } from "./bench-shapes";
import { readable } from "./format";

/** What rounding alone explains, in units of the last place; more would be a mistake in one of them. Peers add rows up in f32. */
const ROUNDING: Partial<Record<Contender, number>> = { plain: 16, onnx: 1024 };
/** So much longer is still as good: nobody would notice. */
const AS_GOOD = 1.1;

export function agreed(distances: Distances): boolean {
  return [...distances].every(([contender, { sameBits, ulps }]) => {
    const allowed = ROUNDING[contender];
    return allowed === undefined ? sameBits : ulps <= allowed;
  });
}

export function verdict(distances: Distances): string {
  const builds = !distances.has("simd128")
    ? "This engine has no SIMD, so only the scalar build ran."
    : distances.get("simd128")?.sameBits && distances.get("easy")?.sameBits
      ? "Both builds agree in every bit, with and without copies."
      : "The builds do not agree: please report this, with the name of your browser.";
  const others = (["plain", "onnx"] as const).flatMap((contender) => {
    const ulps = distances.get(contender)?.ulps;
    return ulps === undefined ? [] : `${LOOKS[contender].name} is within ${readable(ulps, 2)}`;
  });
  return `${builds} In units of the last place, ${others.join(" of them, ")} of them.`;
}

/** `other`'s seconds over `own`'s: how many times as fast `own` is. */
export function timesAsFast({ times }: Results, own: Contender, other: Contender, call: Call, index: number): number {
  return (times.get(other)?.[call][index] ?? NaN) / (times.get(own)?.[call][index] ?? NaN);
}

/** Where a loop of one's own is as good, beside both forms of the package. */
export function wherePlainIsAsGood(results: Results): string[] {
  return CALLS.map((call) => {
    const ratios = (own: Contender) => WIDTHS.map((_, i) => timesAsFast(results, own, "plain", call, i));
    const [copying, resident] = [ratios("easy"), ratios(results.times.has("simd128") ? "simd128" : "scalar")];
    const most = Math.max(...resident);
    const ahead = most > AS_GOOD ? ` LayerNorm is at most ${readable(most, 2)} times as fast, at ${WIDTHS[resident.indexOf(most)]}.` : "";
    return `${capital(CALL_NAMES[call])}: the plain loop is as good as layerNorm() ${where(copying)}, and as LayerNorm ${where(resident)}.${ahead}`;
  });
}

function where(ratios: readonly number[]): string {
  const good = WIDTHS.filter((_, i) => ratios[i] <= AS_GOOD).map(String);
  if (good.length === 0) return "nowhere";
  if (good.length === WIDTHS.length) return "at every width";
  const last = good.pop();
  return good.length > 0 ? `at widths ${good.join(", ")} and ${last}` : `at width ${last}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Elements a second, in 10⁹. */
export function giga({ times }: Results, contender: Contender, call: Call, index: number): number | undefined {
  const own = times.get(contender);
  return own && rate(own, call, index) / 1e9;
}
