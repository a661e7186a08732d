/**
 * How a row of bars is moved: by mouse, finger or keyboard. A finger that goes along the page scrolls it and changes nothing; only a
 * tap, or a finger that follows the bar, sets a value.
 */

export interface Hands {
  /** Whether the bars lie: values then go from left to right. */
  lying(): boolean;
  count: number;
  /** Where a value lies in the plot, 0 at the lower or left end, 1 at the other: what a pointer sets. */
  place(index: number, at: number): void;
  /** What a key adds, in key steps, or the end it goes to. */
  nudge(index: number, steps: number): void;
  toEnd(index: number, end: -1 | 1): void;
  focus(index: number): void;
  /** Of a pointer that passes. */
  hover(index: number): void;
  held(holding: boolean): void;
}

/** A finger that has moved less is a tap. */
const SLOP = 6;

export function pointers(plot: HTMLElement, hands: Hands): void {
  let index = -1;
  /** Where a finger came down that has not yet said what it wants. */
  let pending: PointerEvent | undefined;

  const column = (event: PointerEvent) => {
    const box = plot.getBoundingClientRect();
    const at = hands.lying() ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(hands.count - 1, Math.floor(at * hands.count)));
  };
  const set = (event: PointerEvent) => {
    const box = plot.getBoundingClientRect();
    hands.place(index, hands.lying() ? (event.clientX - box.left) / box.width : 1 - (event.clientY - box.top) / box.height);
  };
  const hold = (event: PointerEvent, down = event) => {
    index = column(down);
    hands.held(true);
    hands.focus(index);
    plot.setPointerCapture(event.pointerId);
    set(event);
  };
  const release = () => {
    if (index >= 0) hands.held(false);
    index = -1;
    pending = undefined;
  };

  plot.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    if (event.pointerType === "touch") {
      pending = event;
      return;
    }
    // Or the page's text would be selected along the way.
    event.preventDefault();
    hold(event);
  });
  plot.addEventListener("pointermove", (event) => {
    if (index >= 0) return set(event);
    if (!pending) return hands.hover(column(event));
    const [dx, dy] = [Math.abs(event.clientX - pending.clientX), Math.abs(event.clientY - pending.clientY)];
    // The other direction is the page's: the browser scrolls and cancels the pointer.
    if (hands.lying() && dx > SLOP && dx > dy) hold(event, pending);
  });
  plot.addEventListener("pointerup", (event) => {
    const tapped = pending && Math.hypot(event.clientX - pending.clientX, event.clientY - pending.clientY) <= SLOP;
    if (index < 0 && tapped) hold(event);
    release();
  });
  plot.addEventListener("pointercancel", release);
}

/** Along the bars the arrows choose one, across them they change it; with Shift, by a tenth. */
export function keys(plot: HTMLElement, bars: readonly HTMLElement[], hands: Hands): void {
  plot.addEventListener("keydown", (event) => {
    const index = bars.indexOf(event.target as HTMLElement);
    if (index < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const lying = hands.lying();
    const [more, less] = lying ? ["ArrowRight", "ArrowLeft"] : ["ArrowUp", "ArrowDown"];
    const [next, previous] = lying ? ["ArrowDown", "ArrowUp"] : ["ArrowRight", "ArrowLeft"];
    const size = event.shiftKey ? 0.1 : 1;
    const acts: Record<string, () => void> = {
      [more]: () => hands.nudge(index, size),
      [less]: () => hands.nudge(index, -size),
      [next]: () => hands.focus(Math.min(hands.count - 1, index + 1)),
      [previous]: () => hands.focus(Math.max(0, index - 1)),
      PageUp: () => hands.nudge(index, 5),
      PageDown: () => hands.nudge(index, -5),
      Home: () => hands.toEnd(index, -1),
      End: () => hands.toEnd(index, 1),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  });
}
