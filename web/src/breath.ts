/** Lets the browser answer, before the next piece of work. */
export const breath = () => new Promise<void>((resolve) => setTimeout(resolve));

/** Puts `parts` into `parent` a frame at a time: to lay out all of them at once takes a phone too long. */
export async function appendGently(parent: Element, parts: readonly Element[]): Promise<void> {
  for (const part of parts) {
    parent.append(part);
    await painted();
  }
}

/** Lets it lay out and paint what was made so far as well. A page that is not seen paints nothing, so this waits a moment at most. */
export const painted = () =>
  new Promise<void>((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 100);
  });
