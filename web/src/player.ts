/** A button that calls `advance` now and then, until that says it was the last time. */
import { h } from "./dom";

const PERIOD = 1800;

export class Player {
  readonly element = h("button", { type: "button", class: "play" });
  #timer = 0;

  constructor(advance: () => boolean) {
    this.#label();
    this.element.addEventListener("click", () => {
      if (this.#timer) return this.#stop();
      const tick = () => {
        if (!advance()) this.#stop();
      };
      this.#timer = window.setInterval(tick, PERIOD);
      this.#label();
      tick();
    });
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = 0;
    this.#label();
  }

  #label(): void {
    this.element.textContent = this.#timer ? "Pause" : "Step through";
  }
}
