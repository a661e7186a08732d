/** Which utterance: a list, and two buttons that go on and back. */
import { appendGently } from "./breath";
import { h } from "./dom";
import { UTTERANCES, type Utterance } from "./utterances";

/** The names of all 640, and what moves through them. */
export function utterancePicker(onPick: (id: string) => void) {
  const select = h("select", { "aria-label": "Utterance" });
  const group = (speaker: number) => {
    const own = UTTERANCES.filter((utterance) => utterance.speaker === speaker);
    const options = own.map(({ id, frames }) => h("option", { value: id }, `${id}, ${frames} frames`));
    return h("optgroup", { label: `Speaker ${speaker}` }, ...options);
  };
  select.addEventListener("change", () => onPick(select.value));
  const speaker = h("span", { class: "speaker" });
  const move = (by: number) => () => {
    const ids = Array.from(select.options, (option) => option.value);
    onPick(ids[(ids.indexOf(select.value) + by + ids.length) % ids.length]);
  };
  const button = (text: string, label: string, by: number) => {
    // The list beside them does the same with arrows: no stop for Tab.
    const made = h("button", { type: "button", class: "icon", "aria-label": label, tabindex: -1 }, text);
    made.addEventListener("click", move(by));
    return made;
  };
  return {
    element: h(
      "div",
      { class: "picker" },
      speaker,
      h("div", { class: "pick" }, button("‹", "Previous utterance", -1), select, button("›", "Next utterance", 1)),
    ),
    /** The names of all 640, a speaker at a time. */
    fill: () => appendGently(select, [1, 2, 3, 4, 5, 6, 7, 8, 9].map(group)),
    show(utterance: Utterance) {
      select.value = utterance.id;
      speaker.textContent = `Speaker ${utterance.speaker} says /ae/`;
    },
  };
}
