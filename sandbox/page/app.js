// The page: it asks for the token, keeps the live stream, and shows the view that the address names, as #/requests/123.

import { Problem, get } from "./control.js";
import { fill, h } from "./dom.js";
import { heading } from "./parts.js";
import { say } from "./status.js";
import { session } from "./session.js";
import { signIn } from "./sign-in.js";
import { Stream } from "./stream.js";
import { Model } from "./model.js";
import { Faults, showFaults } from "./faults.js";
import { contacts } from "./views/contacts.js";
import { contract } from "./views/contract.js";
import { misbehave } from "./views/misbehave.js";
import { requests } from "./views/requests.js";
import { tryIt } from "./views/try.js";

const views = { contacts, requests, try: tryIt, contract, misbehave };
const main = document.getElementById("main");
const nav = document.querySelector("nav");
const bar = document.querySelector(".session");
const live = document.getElementById("live");

let app; // model, stream and faults, once there is a token that works
let ending = new AbortController(); // of the view that is shown

// open tries a token, and shows the page if it is right.
async function open(token) {
  session.token = token;
  const stream = new Stream();
  const faults = new Faults();
  try {
    session.account = (await get("account")).account;
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    session.token = null;
    throw new Problem(401, "This token is not one of the sandbox. Take the one that it printed when it started last.");
  }
  const [model] = await Promise.all([get("model"), faults.refresh()]);
  app = { model: new Model(model), stream, faults };
  showFaults(document.getElementById("banner"), faults, stream);
  stream.addEventListener("state", showState);
  stream.start();
  showState();
  document.getElementById("account").textContent = session.account || "all accounts";
  nav.hidden = bar.hidden = false;
  await show();
}

function showState() {
  live.dataset.state = app.stream.state;
  live.textContent = { connecting: "Connecting…", live: "Live", broken: "Not connected; trying again…" }[
    app.stream.state
  ];
}

// close forgets the token and all that was shown.
function close(message = "") {
  session.token = null;
  app?.stream.stop();
  app = undefined;
  ending.abort();
  nav.hidden = bar.hidden = true;
  fill(document.getElementById("banner"));
  fill(main, signIn(message, open));
  document.title = "Contacts sandbox";
  document.getElementById("token").focus();
}

// A route is what the address says: the view, what follows it, and a query.
function readRoute() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/");
  return { name: name || "contacts", rest: rest.filter(Boolean).map(decode), query: new URLSearchParams(query) };
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// show shows the view that the address names. A view is a function that returns an element with a heading; its signal
// tells it when it is left.
async function show(event) {
  if (!app) return;
  ending.abort();
  ending = new AbortController();
  const { signal } = ending;
  const { name, rest, query } = readRoute();
  for (const link of nav.querySelectorAll("a")) {
    if (link.hash === `#/${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  let view;
  try {
    if (!Object.hasOwn(views, name)) throw new Problem(404, "There is no such view. Choose one above.");
    view = await views[name]({ ...app, rest, query, signal });
  } catch (problem) {
    if (signal.aborted) return;
    view = h("section", heading(problem.status === 404 ? "Not found" : "This did not work"), h("p", problem.message));
    if (!(problem instanceof Problem)) console.error(problem);
  }
  if (signal.aborted) return;
  fill(main, view);
  const title = main.querySelector("h1");
  document.title = `${title.textContent} – Contacts sandbox`;
  if (event) {
    title.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
}

addEventListener("hashchange", show);
addEventListener(
  "unauthorized",
  () => app && close("The sandbox does not take this token any more. It may have been started again."),
);
document.getElementById("forget").addEventListener("click", () => {
  close();
  say("The token is forgotten.");
});
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});

if (session.token === null) close();
else open(session.token).catch((problem) => close(problem.message));
