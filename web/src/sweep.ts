/** Moves the hero's slider once, from 1 up to 2, down to ½ and back, so that it is seen to be alive. */

/** What moves by itself for longer would need a button that stops it. */
const LASTS = 4800;

/** Ends early at the first touch of anything. Does nothing where motion is not wanted. */
export function sweep(root: HTMLElement, show: (g: number) => void, end: () => void): void {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  const ended = new AbortController();
  const stop = () => {
    ended.abort();
    end();
  };
  for (const kind of ["pointerdown", "keydown", "input", "hashchange", "popstate"]) {
    addEventListener(kind, stop, { signal: ended.signal, capture: true });
  }
  let from: number | undefined;
  let odd = false;
  const step = (now: number) => {
    if (ended.signal.aborted) return;
    from ??= now;
    const part = (now - from) / LASTS;
    if (part >= 1) return stop();
    // Every second frame: half of the work, and still smooth.
    if ((odd = !odd)) show(2 ** Math.sin(2 * Math.PI * part));
    requestAnimationFrame(step);
  };
  const inSight = new IntersectionObserver((entries) => {
    if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
    inSight.disconnect();
    requestAnimationFrame(step);
  });
  inSight.observe(root);
}
