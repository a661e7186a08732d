/// <reference lib="esnext.disposable" preserve="true" />
// What holds memory of the module until it is disposed.

export interface Owner extends Disposable {}

export abstract class Owner {
  readonly #held: { free(): void }[] = [];
  #disposed = false;

  /** @param of Name of the class for messages; `constructor.name` is another after minifying. */
  constructor(
    /** @internal */ protected readonly of: string,
  ) {
    // Symbol.dispose is younger than some engines; what compiles `using` for those looks for the other. Set here because
    // a bundler keeps a class with a computed name, wanted or not.
    const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    this[dispose] = this.dispose;
  }

  /** Gives the memory back. Views and calls are errors from then on. */
  dispose(): void {
    this.#disposed = true;
    for (const memory of this.#held) memory.free();
  }

  /** @internal */
  protected hold<T extends { free(): void }>(memory: T): T {
    this.#held.push(memory);
    return memory;
  }

  /** @internal */
  protected alive(): void {
    if (this.#disposed) throw new TypeError(`${this.of}: expected one in use, actual disposed`);
  }
}
