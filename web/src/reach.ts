/** Values with the strongest colour in the maps of an utterance. */

/** Wide enough for nearly every coefficient of the set; the few beyond are cut. */
export const REACH_BEFORE = 2;
/** The most that one of twelve normalised numbers can be is √11. */
export const REACH_AFTER = 3.32;
