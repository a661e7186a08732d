/**
 * What the page shows, as a link can say it. After the `#`, parts joined by `&`: first the section to scroll to, if any, then every
 * value that differs from its default: `#row&p=large&step=5`. A section declares its own values, and their keys, in its `…-state.ts`;
 * keys are unique over the page.
 */
import { axisPart, type AxisState } from "./axis-state";
import { integersPart, type IntegersState } from "./integers-state";
import { layersPart, type LayersState } from "./layers-state";
import type { Part } from "./part";
import { placePart, type PlaceState } from "./place-state";
import { rowPart, type RowState } from "./row-state";
import { sequencePart, type SequenceState } from "./sequence-state";
import { trainPart, type TrainState } from "./train-state";
import { usePart, type UseState } from "./use-state";

/** By the id of the section, in the order of the page. */
const PARTS = { layers: layersPart, row: rowPart, axis: axisPart, train: trainPart, place: placePart, sequence: sequencePart, integers: integersPart, use: usePart };

export type SectionId = keyof typeof PARTS;
export type State = LayersState & RowState & AxisState & TrainState & PlaceState & SequenceState & IntegersState & UseState;
export type Key = keyof State;

const SECTIONS = Object.keys(PARTS) as SectionId[];
const parts = () => Object.values(PARTS) as Part<Partial<State>>[];

export function defaults(): State {
  return Object.assign({}, ...parts().map((part) => part.defaults())) as State;
}

export interface Link {
  /** The section to show. */
  readonly anchor: SectionId | undefined;
  readonly state: State;
  /** Whether it names a section and says nothing else, as the links of the contents do. */
  readonly bare: boolean;
}

export function parse(hash: string): Link {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const anchor = SECTIONS.find((id) => given.get(id) === "");
  const state = Object.assign({}, ...parts().map((part) => part.parse(given))) as State;
  return { anchor, state, bare: anchor !== undefined && given.size === 1 };
}

/** With the `#`, or nothing when there is nothing to say. */
export function format(state: Readonly<State>, anchor?: SectionId): string {
  // By hand: URLSearchParams would write a comma as three characters.
  const values = parts().flatMap((part) => part.format(state).map(([key, text]) => `${key}=${text}`));
  return values.length === 0 ? "" : `#${[...(anchor ? [anchor] : []), ...values].join("&")}`;
}

export function keysOf(section: SectionId): Key[] {
  return Object.keys(PARTS[section].defaults()) as Key[];
}

export function sectionOf(key: Key): SectionId | undefined {
  return SECTIONS.find((id) => keysOf(id).includes(key));
}
