// What the picture of "Who shares a mean?" shows.

/** In the page: chooses one of every few of the cells that are there, and reads what lights up, what is outlined and the equation. */
export function chooseEach(every) {
  const all = [...document.querySelectorAll("#axis [data-index]")].map((element) => {
    const hit = element.querySelector(".cell-hit");
    const number = (name) => Number(hit.getAttribute(name));
    return {
      element,
      example: element.closest("svg"),
      name: element.getAttribute("aria-label").match(/\d+/g).slice(0, 3).join("."),
      x: number("x") + number("width") / 2,
      y: number("y") + number("height") / 2,
    };
  });
  const present = all.filter(({ element }) => element.getAttribute("aria-disabled") !== "true");
  const outlines = [...document.querySelectorAll("#axis svg.recording")].map((example) => ({ example, outline: example.querySelector(".set-outline") }));
  return present.filter((_, i) => i % every === 0).map(({ element, name }) => {
    element.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const outlined = outlines.flatMap(({ example, outline }) => {
      if (outline.classList.contains("nowhere")) return [];
      const [left, top, width, height] = ["x", "y", "width", "height"].map((key) => Number(outline.getAttribute(key)));
      return all.filter((cell) => cell.example === example && cell.x > left && cell.x < left + width && cell.y > top && cell.y < top + height);
    });
    return {
      name,
      lit: all.filter((cell) => cell.element.dataset.shares === "").map((cell) => cell.name),
      outlined: outlined.map((cell) => cell.name),
      equation: document.querySelector(".axis-equation .fraction").getAttribute("aria-label") + document.querySelector(".axis-equation").lastChild.textContent,
      looks: document.querySelector(".axis-equation").textContent,
      y: [...document.querySelectorAll(".axis-figures span b")].at(-1).textContent,
    };
  });
}
