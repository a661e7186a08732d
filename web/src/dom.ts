type Attributes = Record<string, string | number | boolean>;

/** Makes an element: attributes as they are written in HTML, children after them. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** Sets what is given, also on an element that is there already. Browsers compute styles anew for a value that is the same. */
export function set(element: Element, attributes: Attributes): void {
  for (const name in attributes) {
    const value = attributes[name];
    const text = value === true ? "" : String(value);
    if (value === false) element.removeAttribute(name);
    else if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

function fill<T extends Element>(element: T, attributes: Attributes, children: (Node | string)[]): T {
  set(element, attributes);
  element.append(...children);
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`index.html has no #${id}`);
  return element as T;
}
