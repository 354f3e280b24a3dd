// Contacts: all that the sandbox keeps, live; and one of them, to be read, edited and deleted.

import { get, image } from "../control.js";
import { code, confirmed, facts, fill, h, heading, keep, later, say, table } from "../dom.js";
import { editDialog } from "../edit.js";
import { encode, pathOf, send } from "../encode.js";
import { session } from "../session.js";

export function contacts(context) {
  return context.rest.length > 0 ? one(context) : list(context);
}

const pathOfContact = ({ account, campaign, id }) => [account, campaign, id].map(encodeURIComponent).join("/");

// changes calls a function when a request may have changed a contact: also one that was cut off, or met a fault.
function changes({ model, stream, signal }, action) {
  const soon = later(150, action);
  stream.addEventListener("request", ({ detail: request }) => {
    if (request.faults || model.operation(request.operation)?.method !== "GET") soon();
  }, { signal });
  stream.addEventListener("state", () => stream.state === "live" && soon(), { signal });
}

async function list(context) {
  const { model, query, signal } = context;
  const below = query.get("below");
  const search = h("input", { type: "search", id: "search", value: query.get("text"), autocomplete: "off", spellcheck: "false", oninput: later(200, () => refresh()) });
  const count = h("p", { class: "count" });
  const body = h("div");
  const pages = h("nav", { class: "pages", "aria-label": "Pages" });
  const known = new Set();
  let grid, first = true;

  const address = (query) => {
    const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
    return asked.size > 0 ? `?${asked}` : "";
  };

  async function load() {
    const text = search.value;
    const { contacts, older } = await get(`contacts${address({ text, below })}`, { signal });
    if (text !== search.value) return; // a newer search is under way
    history.replaceState(null, "", `#/contacts${address({ text, below })}`);
    const whole = !older && !below && contacts.length > 0;
    count.textContent = whole ? `${contacts.length} ${contacts.length === 1 ? "contact" : "contacts"}` : "";
    if (contacts.length === 0) {
      grid = undefined;
      fill(body, text || below ? nothing(text) : empty(model));
    } else {
      const columns = columnsOf(model, contacts.map(({ contact }) => contact));
      const names = columns.map(({ name }) => name).join();
      if (grid?.dataset.columns !== names) {
        grid = table("Contacts, the newest first", [{ title: "Contact" }, ...columns.map(({ name, wide }) => ({ title: name, class: wide }))]);
        grid.classList.add("brief");
        grid.dataset.columns = names;
        fill(body, grid);
      }
      keep(grid.querySelector("tbody"), contacts, (item) => `${pathOfContact(item)} ${JSON.stringify(item.contact)}`, (item) => row(item, columns, !first && !known.has(pathOfContact(item)), signal));
      contacts.forEach((item) => known.add(pathOfContact(item)));
    }
    first = false;
    fill(pages, below && h("a", { class: "button", href: `#/contacts${address({ text })}` }, "Newest"), older > 0 && h("a", { class: "button", href: `#/contacts${address({ text, below: older })}` }, "Older"));
  }

  const refresh = () => load().catch((problem) => problem.name === "AbortError" || say(problem.message));

  const section = h("section", {}, heading("Contacts", count),
    h("div", { class: "tools" }, h("label", { for: "search" }, "Search"), search, h("a", { class: "button primary", href: `#/try/${creating(model).id}` }, "New contact")),
    body, pages);
  await load();
  changes(context, refresh);
  return section;
}

function nothing(text) {
  return h("p", { class: "empty" }, text ? `No contact has the text “${text}”. ` : "There are no older contacts. ", h("a", { href: "#/contacts" }, "Show all"));
}

// creating is the operation by which a contact is made.
const creating = (model) => model.operations.find((operation) => operation.method === "POST");

// columnsOf are the members that make columns: those that some contact here has, in the contract's order, and no paths.
// On a narrow screen there is room for the first few.
function columnsOf(model, contacts) {
  const members = model.match("GET", contacts[0].Uri)?.operation.response?.members ?? [];
  const isColumn = ({ name }) => name !== "Id" && contacts.some((contact) => shown(contact[name]) !== "") && !contacts.some((contact) => isPath(contact[name]));
  return members.filter(isColumn).map((member, i) => ({ ...member, wide: i > 5 ? "wider" : i > 1 ? "wide" : undefined }));
}

const isPath = (value) => typeof value === "string" && value.startsWith("/");

function row(item, columns, isNew, signal) {
  return h("tr", { class: isNew && "new" },
    h("th", { scope: "row" }, h("a", { class: "contact", href: `#/contacts/${pathOfContact(item)}` }, picture(item, signal), item.id)),
    columns.map(({ name, wide }) => h("td", { class: wide, dir: "auto" }, shown(item.contact[name], true))));
}

function picture(item, signal, alt = "") {
  if (!item.image) return h("span", { class: "picture", "aria-hidden": "true" });
  const element = h("img", { class: "picture", alt });
  image(`contacts/${pathOfContact(item)}/image`, element, signal).catch(() => { element.alt = "(cannot be shown)"; });
  return element;
}

// shown is a value of a response as text. Of an object in a table the first member will do.
function shown(value, brief = false) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => shown(item, brief)).join(", ");
  if (typeof value === "object") return brief ? shown(Object.values(value)[0]) : Object.entries(value).map(([name, item]) => `${name} ${shown(item)}`).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  return String(value);
}

function empty(model) {
  const operation = creating(model);
  const text = [
    `curl ${location.origin}${pathOf(operation, new Map(operation.fields.map((field) => [field.name, field.example])))} \\`,
    `  -u ${session.account || "ACCOUNT"}:"$CONTACTS_TOKEN" -H 'Accept: application/json' \\`,
    operation.fields.filter((field) => field.in === "body" && field.required).map((field) => `  --data-urlencode '${field.name}=${field.example}'`).join(" \\\n"),
  ].join("\n");
  return h("div", { class: "empty" }, h("h2", {}, "There are no contacts yet"),
    h("p", {}, "Create the first one by ", h("a", { href: `#/try/${operation.id}` }, "Try it"), ", or with curl. It appears here by itself."),
    code("command", text));
}

async function one(context) {
  const { model, rest, signal } = context;
  if (rest.length !== 3) throw Object.assign(new Error("A contact has the form #/contacts/ACCOUNT/CAMPAIGN/ID."), { status: 404 });
  const path = rest.map(encodeURIComponent).join("/");
  let item = await get(`contacts/${path}`, { signal });
  const body = h("div");
  const actions = h("div", { class: "actions" });
  const section = h("section", {}, h("p", { class: "back" }, h("a", { href: "#/contacts" }, "All contacts")), heading(`Contact ${item.id}`, actions), body);

  const operationFor = (method) => model.match(method, item.contact.Uri);
  const updating = operationFor("PUT") ?? operationFor("PATCH"), deleting = operationFor("DELETE");

  function draw() {
    fill(body, item.image && picture(item, signal, "The contact's image"),
      facts(...Object.entries(item.contact).map(([name, value]) => [name, h("span", { dir: "auto" }, shown(value))])));
    body.firstChild?.classList.toggle("large", Boolean(item.image));
  }
  draw();

  async function remove() {
    if (!await confirmed(`Delete contact ${item.id}? This cannot be undone.`, "Delete")) return;
    const request = await encode(deleting.operation, new Map(Object.entries(deleting.values)));
    const response = await send(request, signal).catch(() => undefined);
    if (response?.ok) {
      say(`Contact ${item.id} is deleted.`);
      location.hash = "#/contacts";
    } else if (response) {
      const { Message } = await response.json().catch(() => ({}));
      say(`It was not deleted: ${Message ?? response.status}`);
    } else {
      say("There was no response, so it is not known whether it was deleted. Look under Requests.");
    }
  }

  fill(actions,
    updating && session.account && h("button", { type: "button", onclick: () => editDialog(updating, item.contact, signal) }, "Edit"),
    deleting && session.account && h("button", { type: "button", class: "danger", onclick: remove }, "Delete"));
  changes(context, async () => {
    try {
      const now = await get(`contacts/${path}`, { signal });
      if (JSON.stringify(now) === JSON.stringify(item)) return;
      item = now;
      draw();
    } catch (problem) {
      if (problem.status !== 404) return;
      fill(body, h("p", { class: "empty" }, "This contact is deleted."));
      fill(actions);
    }
  });
  return section;
}
