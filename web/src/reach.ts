/** Values with the strongest colour in the maps of an utterance: of what is heard, its sums, those after layer norm, the state. Those beyond are cut. */
export const REACH = { x: 2, sums: 0.75, hat: 2.5, state: 1 };
