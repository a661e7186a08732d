/**
 * Starts the sections: each when it is about to come into sight, and most also when the page has nothing else to do. Until then, and for good
 * if it cannot start, a section shows the still figure that index.html has for it.
 */
import { breath } from "./breath";
import { byId } from "./dom";
import { startPackage } from "./package";
import type { SectionId } from "./state";
import type { Store } from "./store";

export interface Section {
  start(root: HTMLElement, store: Store): void | Promise<void>;
}

/** Started ahead by this much of the screen's height. */
const AHEAD = "100%";
const PATIENCE = 3000;

const whenIdle = (act: () => void) => {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 2000 });
  else setTimeout(act, 200);
};

let turn: Promise<unknown> = Promise.resolve();

/** One after the other: two sections that start at once are one long task. But none waits for ever for the other's data. */
function inTurn(act: () => Promise<void>): Promise<void> {
  const acted = turn.then(act);
  turn = Promise.race([acted.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, PATIENCE))]);
  return acted;
}

/** Loads, starts and shows one section; never throws. */
export async function startSection(id: SectionId, load: () => Promise<Section>, store: Store): Promise<void> {
  const root = byId(id);
  try {
    const [section] = await Promise.all([load(), startPackage()]);
    // Reading a script, starting it and laying out what it made are three tasks: together they would hold up a finger.
    await inTurn(async () => {
      await breath();
      await section.start(root, store);
      await breath();
    });
    root.dataset.started = "";
  } catch (error) {
    root.dataset.failed = "";
    console.warn(`#${id} shows its still figure: ${error instanceof Error ? error.message : String(error)}`);
  }
}

type Loader = readonly [SectionId, () => Promise<Section>];

/** Resolves when all of `soon` have started; those of `late` wait until they are near. */
export function startWhenNear(soon: readonly Loader[], late: readonly Loader[], store: Store): Promise<unknown> {
  const waiting = new Map([...soon, ...late]);
  const queue = soon.map(([id]) => id);
  const started: Promise<void>[] = [];
  const begin = async (id: SectionId) => {
    const load = waiting.get(id);
    waiting.delete(id);
    near.unobserve(byId(id));
    if (!load) return;
    const start = startSection(id, load, store);
    started.push(start);
    await start;
  };
  const near = new IntersectionObserver(
    (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && begin(target.id as SectionId)),
    { rootMargin: `${AHEAD} 0px` },
  );
  for (const id of waiting.keys()) near.observe(byId(id));
  // One after the other, so that the page answers in between.
  return new Promise((resolve) => {
    const next = async () => {
      const id = queue.find((each) => waiting.has(each));
      if (id === undefined) return resolve(Promise.all(started));
      await begin(id);
      whenIdle(next);
    };
    whenIdle(next);
  });
}
