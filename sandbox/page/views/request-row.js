// A request as a row of the list.

import { h } from "../dom.js";
import { session } from "../session.js";
import { statusTag, time, took } from "./cells.js";

const encodings = { "application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart" };

// received is what a request holds, in one line. The path is left out if there is more.
function received(item, operation) {
  const pathAlone = operation?.fields.every((field) => field.in === "path");
  return [
    ...item.parameters
      .filter(({ in: place }) => place !== "path" || pathAlone)
      .map(({ name, value }) => `${name}=${value}`),
    ...(item.parts ?? []).map(({ name, type, size }) => `${name} (${type}, ${size.toLocaleString()} bytes)`),
  ].join(" ");
}

export function requestRow(item, model, isNew) {
  const operation = model.operation(item.operation);
  return h(
    "tr",
    { class: item.pinned ? "pinned" : isNew && "new" },
    h("td", time(item.time)),
    h("td", statusTag(item.status)),
    h(
      "th",
      { scope: "row" },
      h("a", { href: `#/requests/${item.id}` }, item.operation || `${item.method} ${item.path}`),
      item.pinned && h("span.tag", "pinned"),
      item.faults && h("span.tag.fault", "fault"),
    ),
    h("td.wide", encodings[item.encoding] ?? item.encoding ?? ""),
    h("td.wide", { dir: "auto" }, received(item, operation)),
    h("td.wide", (item.violations ?? []).map(({ field, rule }) => [field, rule].filter(Boolean).join(" ")).join(", ")),
    !session.account && h("td.wide", item.account ?? ""),
    h("td.number", took(item.seconds)),
  );
}
