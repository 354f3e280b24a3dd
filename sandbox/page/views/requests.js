// Requests: what came, as it comes.

import { get } from "../control.js";
import { fill, h, keep } from "../dom.js";
import { heading, table } from "../parts.js";
import { session } from "../session.js";
import { say } from "../status.js";
import { request } from "./request.js";
import { RequestFilter } from "./request-filter.js";
import { requestRow } from "./request-row.js";

export function requests(context) {
  return context.rest.length > 0 ? request(context) : list(context);
}

const kept = 1000; // as many as the sandbox keeps
const step = 100; // as many as are shown at first, and more each time

async function list({ stream, model, query, signal }) {
  let all = []; // the newest first
  let limit = step;
  let newest = Infinity; // when the view was opened: those above are new
  const filter = new RequestFilter(query);
  const pause = pauseButton(draw);
  const count = h("p.count");
  const more = h("button", { type: "button", onclick: showMore }, "Show more");
  const grid = emptyTable();
  const body = h("div");

  function showMore() {
    limit += step;
    draw();
  }

  function draw() {
    const found = all.filter((item) => filter.fits(item));
    count.textContent =
      found.length < all.length ? `${found.length} of ${all.length}` : all.length > 0 ? `${all.length} kept` : "";
    more.hidden = found.length <= limit;
    if (all.length === 0) return fill(body, nothingYet());
    if (found.length === 0) return fill(body, nothingLikeThis(filter));
    if (!body.contains(grid)) fill(body, grid);
    const key = (item) => `${item.id}${item.pinned ? " pinned" : ""}`;
    keep(grid.querySelector("tbody"), found.slice(0, limit), key, (item) => requestRow(item, model, item.id > newest));
  }

  function add(item) {
    const known = all.findIndex(({ id }) => id === item.id);
    if (known >= 0)
      all[known] = item; // it was pinned, or not any more
    else all.unshift(item);
    if (all.length > kept)
      all.splice(
        all.findLastIndex(({ pinned }) => !pinned),
        1,
      );
  }

  async function load() {
    all = (await get("requests", { signal })).requests;
    draw();
  }

  filter.addEventListener("change", () => {
    limit = step;
    draw();
  });
  let drawing = false; // many may come at once, and are drawn together
  const onrequest = ({ detail }) => {
    add(detail);
    if (pause.holds() || drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      if (!signal.aborted) draw();
    });
  };
  const onstate = () => {
    if (stream.state === "live") load().catch((problem) => signal.aborted || say(problem.message));
  };
  stream.addEventListener("request", onrequest, { signal });
  stream.addEventListener("state", onstate, { signal });

  await load();
  newest = all[0]?.id ?? 0;
  return h(
    "section",
    heading("Requests", count),
    h("div.tools", filter.elements, pause.element),
    body,
    h("div.pages", more),
  );
}

function emptyTable() {
  const grid = table("Requests, the newest first", [
    { title: "Time" },
    { title: "Status" },
    { title: "Request" },
    { title: "Encoding", class: "wide" },
    { title: "Parameters", class: "wide" },
    { title: "Broken rules", class: "wide" },
    !session.account && { title: "Account", class: "wide" },
    { title: "Took", class: "number" },
  ]);
  grid.classList.add("brief");
  return grid;
}

function nothingYet() {
  const tryIt = h("a", { href: "#/try" }, "Try it");
  return h(
    "div.empty",
    h("h2", "No requests yet"),
    h(
      "p",
      "Point your client at ",
      h("code", location.origin),
      ", or use ",
      tryIt,
      ". Each request appears here as it comes.",
    ),
  );
}

function nothingLikeThis(filter) {
  return h(
    "p.empty",
    "No request is like this. ",
    h("button", { type: "button", onclick: () => filter.clear() }, "Show all"),
  );
}

// pauseButton holds new requests back while it is pressed. It calls a function when it is released.
function pauseButton(release) {
  let pressed = false;
  let waiting = 0;
  const show = () => {
    element.setAttribute("aria-pressed", String(pressed));
    element.textContent = !pressed ? "Pause" : waiting > 0 ? `Paused (${waiting} new)` : "Paused";
  };
  const onclick = () => {
    pressed = !pressed;
    waiting = 0;
    show();
    if (!pressed) release();
  };
  const element = h("button", { type: "button", onclick });
  show();
  const holds = () => {
    if (!pressed) return false;
    waiting++;
    show();
    return true;
  };
  return { element, holds };
}
