// What "Who shares a mean?" shows, read in the page.

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
      equation: document.querySelector(".axis-equation [role=img]").getAttribute("aria-label"),
      looks: document.querySelector(".axis-equation").textContent,
      y: [...document.querySelectorAll(".axis-figures span b")].at(-1).textContent,
    };
  });
}

/** In the page: follows each link, where there is one, and reads the open table as objects by the names of its columns. */
export async function tableAt(hashes) {
  const tables = [];
  for (const hash of hashes) {
    if (hash) {
      const heard = new Promise((resolve) => addEventListener("hashchange", resolve, { once: true }));
      location.hash = hash;
      await heard;
    }
    const [head, ...rows] = [...document.querySelectorAll("#axis tr")].map((row) => Array.from(row.cells, (cell) => cell.textContent));
    tables.push(rows.map((row) => ({ name: row[0], ...Object.fromEntries(head.map((column, i) => [column, row[i]])) })));
  }
  return tables;
}
