// Requests: what came, as it comes; and one request with all that is known of it.

import { get } from "../control.js";
import { fill, h, heading, keep, say, table } from "../dom.js";
import { session } from "../session.js";
import { statusTag, time, took } from "./cells.js";
import { request } from "./request.js";

export function requests(context) {
  return context.rest.length > 0 ? request(context) : list(context);
}

const kept = 1000; // as many as the sandbox keeps
const step = 100; // as many as are shown at first, and more each time

async function list({ stream, model, query, signal }) {
  let all = []; // the newest first
  let limit = step, waiting = 0, fresh = Infinity;
  const status = h("select", { id: "status-filter", onchange: refilter },
    [["", "all"], ["2xx", "2xx"], ["3xx", "3xx"], ["4xx", "4xx"], ["5xx", "5xx"], ["000", "no response"]].map(([value, text]) => h("option", { value }, text)));
  const exact = query.get("status") ?? "";
  if (exact && ![...status.options].some(({ value }) => value === exact)) status.append(h("option", { value: exact }, exact));
  status.value = exact;
  const text = h("input", { type: "search", id: "text-filter", value: query.get("text"), autocomplete: "off", spellcheck: "false", oninput: refilter });
  const account = !session.account && h("input", { type: "search", id: "account-filter", value: query.get("account"), autocomplete: "off", spellcheck: "false", oninput: refilter });
  const pause = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
    const paused = pause.getAttribute("aria-pressed") !== "true";
    pause.setAttribute("aria-pressed", String(paused));
    if (!paused) { waiting = 0; draw(); }
    pauseText();
  } });
  const count = h("p", { class: "count" });
  const more = h("button", { type: "button", onclick: () => { limit += step; draw(); } }, "Show more");
  const grid = table("Requests, the newest first", [
    { title: "Time" }, { title: "Status" }, { title: "Request" }, { title: "Encoding", class: "wide" }, { title: "Parameters", class: "wide" },
    { title: "Broken rules", class: "wide" }, ...(account ? [{ title: "Account", class: "wide" }] : []), { title: "Took", class: "number" },
  ]);
  grid.classList.add("brief");
  const rows = grid.querySelector("tbody");
  const body = h("div");

  function pauseText() {
    const paused = pause.getAttribute("aria-pressed") === "true";
    pause.textContent = paused && waiting > 0 ? `Paused (${waiting} new)` : paused ? "Paused" : "Pause";
  }

  function fits(item) {
    const code = String(item.status).padStart(3, "0");
    return (!status.value || status.value === code || status.value === `${code[0]}xx`) &&
      (!text.value || JSON.stringify(item).toLowerCase().includes(text.value.toLowerCase())) &&
      (!account?.value || item.account === account.value);
  }

  function refilter() {
    const asked = new URLSearchParams([["status", status.value], ["text", text.value], ["account", account?.value]].filter(([, value]) => value));
    history.replaceState(null, "", asked.size > 0 ? `#/requests?${asked}` : "#/requests");
    limit = step;
    draw();
  }

  function draw() {
    const found = all.filter(fits);
    count.textContent = all.length === 0 ? "" : found.length === all.length ? `${all.length} kept` : `${found.length} of ${all.length}`;
    if (all.length === 0) {
      fill(body, h("div", { class: "empty" }, h("h2", {}, "No requests yet"),
        h("p", {}, "Point your client at ", h("code", {}, location.origin), ", or use ", h("a", { href: "#/try" }, "Try it"), ". Each request appears here as it comes.")));
    } else if (found.length === 0) {
      fill(body, h("p", { class: "empty" }, "No request is like this. ", h("button", { type: "button", onclick: () => { status.value = text.value = ""; if (account) account.value = ""; refilter(); text.focus(); } }, "Show all")));
    } else {
      if (!body.contains(grid)) fill(body, grid);
      keep(rows, found.slice(0, limit), (item) => `${item.id}${item.pinned ? " pinned" : ""}`, (item) => row(item, Boolean(account), item.id > fresh, model));
    }
    more.hidden = found.length <= limit;
  }

  // Many may come at once; they are drawn together.
  let drawing = false;
  stream.addEventListener("request", ({ detail }) => {
    add(detail);
    if (pause.getAttribute("aria-pressed") === "true") { waiting++; pauseText(); return; }
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => { drawing = false; if (!signal.aborted) draw(); });
  }, { signal });
  stream.addEventListener("state", () => stream.state === "live" && load().catch((problem) => problem.name === "AbortError" || say(problem.message)), { signal });

  function add(item) {
    const known = all.findIndex(({ id }) => id === item.id);
    if (known >= 0) { // it was pinned, or not any more
      all[known] = item;
      return;
    }
    all.unshift(item);
    if (all.length > kept) all.splice(all.findLastIndex(({ pinned }) => !pinned), 1);
  }

  async function load() {
    const { requests } = await get("requests", { signal });
    all = requests;
    fresh = Math.min(fresh, all[0]?.id ?? 0);
    draw();
  }

  pauseText();
  await load();
  fresh = all[0]?.id ?? 0;
  return h("section", {}, heading("Requests", count),
    h("div", { class: "tools" }, h("label", { for: "status-filter" }, "Status"), status, account && [h("label", { for: "account-filter" }, "Account"), account], h("label", { for: "text-filter" }, "Text"), text, pause),
    body, h("div", { class: "pages" }, more));
}

const encodings = { "application/x-www-form-urlencoded": "form", "multipart/form-data": "multipart" };

// received is what a request holds, in one line. The path is left out if there is more.
function received(item, operation) {
  const pathAlone = operation?.fields.every((field) => field.in === "path");
  return [
    ...item.parameters.filter(({ in: place }) => place !== "path" || pathAlone).map(({ name, value }) => `${name}=${value}`),
    ...(item.parts ?? []).map(({ name, type, size }) => `${name} (${type}, ${size.toLocaleString()} bytes)`),
  ].join(" ");
}

function row(item, withAccount, isNew, model) {
  const operation = model.operation(item.operation);
  return h("tr", { class: [isNew && "new", item.pinned && "pinned"].filter(Boolean).join(" ") || undefined },
    h("td", {}, time(item.time)),
    h("td", {}, statusTag(item.status)),
    h("th", { scope: "row" }, h("a", { href: `#/requests/${item.id}` }, item.operation || `${item.method} ${item.path}`), item.pinned && h("span", { class: "tag" }, "pinned"), item.faults && h("span", { class: "tag fault" }, "fault")),
    h("td", { class: "wide" }, encodings[item.encoding] ?? item.encoding ?? ""),
    h("td", { class: "wide", dir: "auto" }, received(item, operation)),
    h("td", { class: "wide" }, (item.violations ?? []).map(({ field, rule }) => [field, rule].filter(Boolean).join(" ")).join(", ")),
    withAccount && h("td", { class: "wide" }, item.account ?? ""),
    h("td", { class: "number" }, took(item.seconds)));
}
