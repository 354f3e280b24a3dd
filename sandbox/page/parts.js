// What views are made of.

import { copyButton } from "./clipboard.js";
import { h } from "./dom.js";

// heading begins a view. The focus goes there when the view changes.
export function heading(text, ...beside) {
  return h("div.heading", h("h1", { tabindex: "-1" }, text), ...beside);
}

// table makes a table with headings, in a box that scrolls by itself. Each column is {title, class}. In a brief one each
// row is one line.
export function table(caption, columns, ...rows) {
  return h(
    "div.scroll",
    { role: "region", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      h("caption.unseen", caption),
      h(
        "thead",
        h(
          "tr",
          columns.filter(Boolean).map((column) => h("th", { scope: "col", class: column.class }, column.title)),
        ),
      ),
      h("tbody", ...rows),
    ),
  );
}

// facts makes a list of names and values, without those that have no value.
export function facts(...pairs) {
  return h(
    "dl.facts",
    pairs
      .filter(([, value]) => value !== undefined && value !== null && value !== "")
      .map(([name, value]) => h("div", h("dt", name), h("dd", value))),
  );
}

// code shows text as it is, with a button that copies it.
export function code(label, text) {
  const pre = h("pre", { tabindex: "0", role: "region", "aria-label": label }, text);
  return h(
    "div.code",
    copyButton(`Copy ${label}`, () => pre.textContent),
    pre,
  );
}
