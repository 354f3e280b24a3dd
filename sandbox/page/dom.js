// How elements are made. Text from outside only ever becomes text: nothing here, or anywhere in the page, reads HTML.

// h makes an element. An attribute that is false or undefined is left out; onclick and the like are listeners.
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

// fill replaces what an element holds.
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

const present = (children) => children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false && child !== "");

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

// table makes a table with headings, in a box that scrolls by itself. Each column is {title, class}. In a brief one each
// row is one line.
export function table(caption, columns, ...rows) {
  return h("div", { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    h("table", {},
      h("caption", { class: "unseen" }, caption),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: column.class }, column.title)))),
      h("tbody", {}, ...rows)));
}

// facts makes a list of names and values, without those that have no value.
export function facts(...pairs) {
  return h("dl", { class: "facts" },
    pairs.filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

// heading begins a view. The focus goes there when the view changes.
export function heading(text, ...beside) {
  return h("div", { class: "heading" }, h("h1", { tabindex: "-1" }, text), ...beside);
}

// say tells what an action did, to those who see and to those who hear.
export function say(text) {
  const status = document.getElementById("status");
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = text; });
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { status.textContent = ""; }, 6000);
}

// code shows text as it is, with a button that copies it.
export function code(label, text) {
  const pre = h("pre", { tabindex: "0", role: "region", "aria-label": label }, text);
  return h("div", { class: "code" }, copyButton(`Copy ${label}`, () => pre.textContent), pre);
}

export function copyButton(label, text) {
  return h("button", { type: "button", class: "copy", "aria-label": label, onclick: async () => {
    try {
      await copy(await text());
      say("Copied.");
    } catch (error) {
      say(error.message);
    }
  } }, "Copy");
}

// copy puts text on the clipboard. A page from another host has no navigator.clipboard without HTTPS.
export function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", { class: "unseen", "aria-hidden": "true" });
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!done) throw new Error("This browser does not let the page copy. Select the text and copy it.");
}

// confirmed asks before something is done that cannot be undone.
export function confirmed(question, action) {
  const { promise, resolve } = deferred();
  const dialog = h("dialog", { "aria-labelledby": "question", onclose: () => { dialog.remove(); resolve(dialog.returnValue === "yes"); } },
    h("h2", { id: "question" }, question),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "danger", onclick: () => dialog.close("yes") }, action),
      h("button", { type: "button", autofocus: true, onclick: () => dialog.close("no") }, "Cancel")));
  document.body.append(dialog);
  dialog.showModal();
  return promise;
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => { resolve = done; });
  return { promise, resolve };
}

// later returns a function that has an action done a little later: once for all calls until then, and never twice at a time.
export function later(milliseconds, action) {
  let waits = false, runs = false, again = false;
  const call = () => {
    if (runs) again = true;
    else if (!waits) {
      waits = true;
      setTimeout(run, milliseconds);
    }
  };
  const run = async () => {
    [waits, runs] = [false, true];
    try {
      await action();
    } finally {
      runs = false;
      if (again) {
        again = false;
        call();
      }
    }
  };
  return call;
}
