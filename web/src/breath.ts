/** Lets the page answer before it goes on. */
export const breath = () => new Promise<void>((resolve) => setTimeout(resolve));
