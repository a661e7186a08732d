// Contenders of this JavaScript engine, Node's or a browser's: clocked here, so that nothing crosses a process.

/** From functions `open(work)` → { error, run(times), norms?, close? } to cases that time themselves. */
export function clocked(contenders) {
  return Object.fromEntries(
    Object.entries(contenders).map(([name, open]) => [
      name,
      async (work) => {
        const running = await open(work);
        return (
          running && {
            error: running.error,
            time: async (calls) => {
              await running.run(1);
              const start = performance.now();
              await running.run(calls);
              return (performance.now() - start) / 1000 / (running.norms ?? 1);
            },
            close: () => running.close?.(),
          }
        );
      },
    ]),
  );
}
