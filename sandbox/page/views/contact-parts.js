// What the list of contacts and one contact share.

import { image } from "../control.js";
import { h } from "../dom.js";
import { later } from "../later.js";

export const pathOfContact = ({ account, campaign, id }) => [account, campaign, id].map(encodeURIComponent).join("/");

// changes calls a function when a request may have changed a contact: also one that was cut off, or met a fault.
export function changes({ model, stream, signal }, action) {
  const soon = later(150, action);
  stream.addEventListener(
    "request",
    ({ detail: request }) => {
      if (request.faults || model.operation(request.operation)?.method !== "GET") soon();
    },
    { signal },
  );
  stream.addEventListener("state", () => stream.state === "live" && soon(), { signal });
}

export function picture(item, signal, alt = "") {
  if (!item.image) return h("span.picture", { "aria-hidden": "true" });
  const element = h("img.picture", { alt });
  image(`contacts/${pathOfContact(item)}/image`, element, signal).catch(() => {
    element.alt = "(cannot be shown)";
  });
  return element;
}

// shown is a value of a response as text. Of an object in a table the first member will do.
export function shown(value, brief = false) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => shown(item, brief)).join(", ");
  if (typeof value === "object")
    return brief
      ? shown(Object.values(value)[0])
      : Object.entries(value)
          .map(([name, item]) => `${name} ${shown(item)}`)
          .join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}
