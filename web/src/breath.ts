/** Lets the browser answer, before the next piece of work. */
export const breath = () => new Promise<void>((resolve) => setTimeout(resolve));

/** Lets it lay out and paint what was made so far as well. A page that is not seen paints nothing, so this waits a moment at most. */
export const painted = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
