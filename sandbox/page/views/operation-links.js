// Links to the operations, of a view that has a part for each.

import { h } from "../dom.js";

export function operationLinks(model, view, current) {
  const link = ({ id, method, summary }) =>
    h(
      "a",
      { href: `#/${view}/${id}`, "aria-current": id === current?.id && "page" },
      h("span.method", method),
      " ",
      summary,
    );
  return h("nav.operations", { "aria-label": "Operations" }, model.operations.map(link));
}
