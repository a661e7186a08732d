/** Section 7: where the reader runs it. */
import { choice, differing, type Part } from "./part";

const TARGETS = ["web", "rust", "firmware"] as const;

export interface UseState {
  target: (typeof TARGETS)[number];
}

const KEYS = { target: "in" };

const defaults = (): UseState => ({ target: "web" });

export const usePart: Part<UseState> = {
  defaults,
  parse: (given) => ({ target: choice(given, KEYS.target, TARGETS) ?? defaults().target }),
  format: (state) => differing(state, defaults(), KEYS),
};
