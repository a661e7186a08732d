/** A group of controls that is one stop for Tab: it enters where it left, and the arrow keys, Home and End move within. */
const KEYS: Record<string, (at: number, count: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowUp: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  ArrowDown: (at) => at + 1,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/** `members` are asked for at each key, because groups change; gives what makes a member the stop. */
export function roving<T extends HTMLElement>(group: HTMLElement, members: () => readonly T[]): (stop: HTMLElement) => void {
  const usable = () => members().filter((member) => !(member instanceof HTMLButtonElement && member.disabled));
  const stop = (at: HTMLElement) => {
    for (const member of members()) member.tabIndex = member === at ? 0 : -1;
  };
  group.addEventListener("focusin", ({ target }) => {
    const member = members().find((each) => each === target);
    if (member) stop(member);
  });
  group.addEventListener("keydown", (event) => {
    const all = usable();
    const at = all.findIndex((member) => member === event.target);
    const to = at < 0 ? undefined : KEYS[event.key]?.(at, all.length);
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  });
  const first = usable()[0];
  if (first) stop(first);
  return stop;
}
