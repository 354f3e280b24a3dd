// How a time, a status and a duration are shown.

import { h } from "../dom.js";

export function time(text) {
  const date = new Date(text);
  const day = date.toDateString() === new Date().toDateString() ? "" : `${date.toLocaleDateString()} `;
  return h(
    "time",
    { datetime: text },
    `${day}${date.toLocaleTimeString([], { hour12: false })}.${String(date.getMilliseconds()).padStart(3, "0")}`,
  );
}

export function statusTag(status) {
  return h("span", { class: `status s${String(status)[0]}` }, status || "none");
}

export function took(seconds) {
  if (seconds >= 1) return `${seconds.toFixed(2)} s`;
  return `${(seconds * 1000).toFixed(seconds < 0.01 ? 2 : 0)} ms`;
}
