// How elements are made. Text from outside only ever becomes text: nothing here, or anywhere in the page, reads HTML.

// h makes an element: h("p.hint", { id }, "text", child). Attributes may be left out. One that is false or undefined is
// not set; onclick and the like are listeners.
export function h(name, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  element.classList.add(...classes);
  const attributes = isPlain(children[0]) ? children.shift() : {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

const isPlain = (value) => value && Object.getPrototypeOf(value) === Object.prototype;

// fill replaces what an element holds.
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

const present = (children) =>
  children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");

// keep makes the children of an element those of a list, by their keys. A child that stays is not moved or made again,
// so that the focus and the selection in it stay, too.
export function keep(parent, items, key, make) {
  const wanted = new Set(items.map((item) => String(key(item))));
  const old = new Map();
  for (const child of [...parent.children]) {
    if (wanted.has(child.dataset.key)) old.set(child.dataset.key, child);
    else child.remove();
  }
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = old.get(name);
    if (child && child === next) {
      next = next.nextElementSibling;
      continue;
    }
    if (!child) {
      child = make(item);
      child.dataset.key = name;
    }
    parent.insertBefore(child, next);
  }
}
