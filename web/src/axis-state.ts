/** Section 2: which numbers share a mean. */
import type { Part } from "./part";

export interface AxisState {}

export const axisPart: Part<AxisState> = {
  defaults: () => ({}),
  parse: () => ({}),
  format: () => [],
};
