/// <reference lib="esnext.disposable" preserve="true" />
// What holds memory of the module until it is disposed, or forgotten.

import { type Allocation, leave } from "./memory.js";

type Memory = Allocation<string>[];

/** Takes the memory of instances that nobody disposed and nobody has any more. Some engines have none. */
let forgotten: FinalizationRegistry<Memory> | undefined;

export interface Owner extends Disposable {}

export abstract class Owner {
  readonly #held: Memory = [];
  #disposed = false;

  /** @param of Name of the class for messages: that of a subclass is not known. */
  constructor(
    /** @internal */ protected readonly of: string,
  ) {
    // Symbol.dispose is younger than some engines; what compiles `using` for those looks for the other. Set here because
    // a bundler keeps a class with a computed name, wanted or not.
    const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
    this[dispose] = this.dispose;
    if (typeof FinalizationRegistry === "function") {
      forgotten ??= new FinalizationRegistry(leave);
      forgotten.register(this, this.#held);
    }
  }

  /**
   * Gives the memory back. Calls, and reading views from the instance, are errors from then on. A view that was read before is
   * emptied when the memory is used again; until then it has the old numbers.
   */
  dispose(): void {
    this.#disposed = true;
    leave(this.#held.splice(0));
  }

  /** @internal */
  protected hold<T extends Allocation<string>>(memory: T): T {
    this.#held.push(memory);
    return memory;
  }

  /** @internal */
  protected alive(): void {
    if (this.#disposed) {
      throw new TypeError(`${this.of}: expected one in use, actual disposed: make another, or dispose() of it later`);
    }
  }
}
