/** Section 7: where the reader runs it. */
import type { Part } from "./part";

export interface UseState {}

export const usePart: Part<UseState> = {
  defaults: () => ({}),
  parse: () => ({}),
  format: () => [],
};
