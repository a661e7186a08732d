/** Leads through the row: asks before each step, tells after it, and then sets tasks. It has the section's one live region. */
import { h, set } from "./dom";
import type { Guess, GuessKind } from "./guess";
import { QUESTIONS } from "./questions";
import { roving } from "./roving";
import type { RowNumbers } from "./row-numbers";
import { STEPS, type RowState, type TaskName } from "./row-state";
import { TASKS } from "./tasks";
import { typeset, write } from "./typeset";

export interface Actions {
  /** Shows the numbers of the steps up to this one. */
  reveal(step: number): void;
  askAgain(): void;
  begin(task: TaskName): void;
  stop(): void;
  /** Has everything told anew. */
  refresh(): void;
}

interface Button {
  readonly text: string;
  readonly act: () => void;
  readonly kind: "choice" | "play" | "link";
  readonly note?: string;
}

/** The steps before which a line is placed. */
const PLACED: Readonly<Record<number, GuessKind>> = { 1: "mean", 3: "spread" };
/** Spoken once a change has rested so long. */
const REST = 800;

export class Coach {
  readonly element = h("div", { id: "row-coach" });
  readonly #title = h("h3", { class: "coach-title" });
  readonly #text = h("p", { class: "coach-text" });
  readonly #progress = h("p", { class: "coach-progress" });
  readonly #buttons = h("div", { class: "coach-buttons", role: "group", "aria-labelledby": "coach-title" });
  readonly #live = h("p", { class: "unseen", role: "status" });
  readonly #guess: Guess;
  readonly #actions: Actions;
  readonly #stop: (button: HTMLElement) => void;
  #drawn = "";
  #timer = 0;
  /** The step whose answer is being told, with the reader's guess. */
  #told: { step: number; guess: number | undefined; right: boolean | undefined } | undefined;

  constructor(guess: Guess, actions: Actions) {
    this.#guess = guess;
    this.#actions = actions;
    this.#title.id = "coach-title";
    this.#guess.slider.element.classList.add("guess-slider");
    this.#stop = roving(this.#buttons, () => [...this.#buttons.querySelectorAll("button")]);
    this.element.append(this.#title, this.#text, this.#guess.slider.element, this.#progress, this.#buttons, this.#live);
  }

  /** What the reader is to place in the plot now, or has just placed. */
  guessing(state: Readonly<RowState>): { kind: GuessKind | undefined; open: boolean } {
    const telling = this.#telling(state);
    if (state.task || (telling && telling.guess === undefined)) return { kind: undefined, open: false };
    return { kind: PLACED[telling ? telling.step : state.seen + 1], open: !telling };
  }

  show(state: Readonly<RowState>, n: RowNumbers, index: number, half: number): void {
    const telling = this.#telling(state);
    const { kind, open } = this.guessing(state);
    set(this.#guess.slider.element, { hidden: !kind || !open });
    if (state.task) this.#task(state.task, n);
    else if (telling) this.#tell(telling.step, QUESTIONS[telling.step - 1].tell(n, index, telling.guess, half), telling.right);
    else if (state.seen < STEPS) this.#ask(state.seen + 1, n);
    else this.#menu();
  }

  /** After a step was revealed in another way than by its question. */
  forget(): void {
    this.#told = undefined;
  }

  #telling(state: Readonly<RowState>) {
    return this.#told?.step === state.seen ? this.#told : undefined;
  }

  #ask(step: number, n: RowNumbers): void {
    const { ask, choices } = QUESTIONS[step - 1];
    const answer = (right?: boolean) => () => {
      const guess = choices ? undefined : this.#guess.value;
      this.#told = { step, guess, right };
      this.#actions.reveal(step);
      this.#say(this.#text.textContent ?? "");
    };
    const picks = choices?.(n).map(({ text, right }): Button => ({ text, act: answer(right), kind: "choice" })) ?? [];
    this.#draw(`Before step ${step}`, ask(n), "", [
      ...picks,
      choices ? { text: "Just show it", act: answer(), kind: "link" } : { text: "Reveal", act: answer(), kind: "play" },
      { text: "Show every step", act: () => this.#actions.reveal(STEPS), kind: "link" },
    ]);
  }

  #tell(step: number, text: string, right: boolean | undefined): void {
    const verdict = right === undefined ? "" : right ? "Right. " : "Not so. ";
    const next: Button = {
      text: step < STEPS ? "Next step" : "To the tasks",
      act: () => {
        this.#told = undefined;
        this.#actions.refresh();
      },
      kind: "play",
    };
    this.#draw(`Step ${step} of ${STEPS}`, verdict + text, "", [next]);
  }

  #menu(): void {
    const begin = ([name, task]: [string, (typeof TASKS)[TaskName]]): Button => ({
      text: task.name,
      note: `shows ${task.teaches}`,
      act: () => this.#actions.begin(name as TaskName),
      kind: "choice",
    });
    this.#draw("Two tasks", "Now use it. Drag anything, or take a task:", "", [
      ...Object.entries(TASKS).map(begin),
      { text: "Ask me the steps again", act: () => this.#actions.askAgain(), kind: "link" },
    ]);
  }

  #task(name: TaskName, n: RowNumbers): void {
    const task = TASKS[name];
    const { text, reached } = task.progress(n);
    const before = this.#progress.textContent;
    this.#draw(task.name, task.say, text, [{ text: reached ? "Done" : "Leave the task", act: () => this.#actions.stop(), kind: reached ? "play" : "link" }]);
    this.#progress.classList.toggle("reached", reached);
    if (before !== this.#progress.textContent) this.#sayLater();
  }

  #draw(title: string, text: string, progress: string, buttons: readonly Button[]): void {
    const shape = [title, ...buttons.map((button) => button.text)].join("\n");
    write(this.#title, title);
    write(this.#text, text);
    write(this.#progress, progress);
    set(this.#progress, { hidden: progress === "" });
    if (shape === this.#drawn) return;
    this.#drawn = shape;
    const hadFocus = this.element.contains(document.activeElement);
    const elements = buttons.map((button) => this.#button(button));
    this.#buttons.replaceChildren(...elements);
    this.#stop(elements[0]);
    // The button that was pressed is gone; what comes next is here.
    if (hadFocus) elements[0].focus({ preventScroll: true });
  }

  #button({ text, act, kind, note }: Button): HTMLButtonElement {
    const button = h("button", { type: "button", class: kind }, h("span", {}, ...typeset(text)));
    if (note) button.append(" ", h("span", { class: "coach-note" }, ...typeset(note)));
    button.addEventListener("click", act);
    return button;
  }

  #say(text: string): void {
    clearTimeout(this.#timer);
    this.#live.textContent = text;
  }

  #sayLater(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#say(this.#progress.textContent ?? ""), REST);
  }
}
