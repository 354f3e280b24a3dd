// Contacts: all that the sandbox keeps, live.

import { get } from "../control.js";
import { fill, h, keep } from "../dom.js";
import { pathOf } from "../encode.js";
import { later } from "../later.js";
import { code, heading, table } from "../parts.js";
import { session } from "../session.js";
import { say } from "../status.js";
import { contact } from "./contact.js";
import { changes, pathOfContact, picture, shown } from "./contact-parts.js";

export function contacts(context) {
  return context.rest.length > 0 ? contact(context) : list(context);
}

async function list(context) {
  const { model, query, signal } = context;
  const below = query.get("below");
  const search = h("input", {
    type: "search",
    id: "search",
    value: query.get("text"),
    autocomplete: "off",
    spellcheck: "false",
    oninput: later(200, () => refresh()),
  });
  const count = h("p.count");
  const body = h("div");
  const pages = h("nav.pages", { "aria-label": "Pages" });
  const known = new Set();
  let grid;
  let first = true;

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
      const columns = columnsOf(
        model,
        contacts.map(({ contact }) => contact),
      );
      const names = columns.map(({ name }) => name).join();
      if (grid?.dataset.columns !== names) {
        grid = table("Contacts, the newest first", [
          { title: "Contact" },
          ...columns.map(({ name, wide }) => ({ title: name, class: wide })),
        ]);
        grid.classList.add("brief");
        grid.dataset.columns = names;
        fill(body, grid);
      }
      keep(
        grid.querySelector("tbody"),
        contacts,
        (item) => `${pathOfContact(item)} ${JSON.stringify(item.contact)}`,
        (item) => row(item, columns, !first && !known.has(pathOfContact(item)), signal),
      );
      contacts.forEach((item) => known.add(pathOfContact(item)));
    }
    first = false;
    fill(
      pages,
      below && h("a.button", { href: `#/contacts${address({ text })}` }, "Newest"),
      older > 0 && h("a.button", { href: `#/contacts${address({ text, below: older })}` }, "Older"),
    );
  }

  const refresh = () => load().catch((problem) => problem.name === "AbortError" || say(problem.message));

  const section = h(
    "section",
    heading("Contacts", count),
    h(
      "div.tools",
      h("label", { for: "search" }, "Search"),
      search,
      h("a.button.primary", { href: `#/try/${creating(model).id}` }, "New contact"),
    ),
    body,
    pages,
  );
  await load();
  changes(context, refresh);
  return section;
}

function nothing(text) {
  return h(
    "p.empty",
    text ? `No contact has the text “${text}”. ` : "There are no older contacts. ",
    h("a", { href: "#/contacts" }, "Show all"),
  );
}

// creating is the operation by which a contact is made.
const creating = (model) => model.operations.find((operation) => operation.method === "POST");

// columnsOf are the members that make columns: those that some contact here has, in the contract's order, and no paths.
// On a narrow screen there is room for the first few.
function columnsOf(model, contacts) {
  const members = model.match("GET", contacts[0].Uri)?.operation.response?.members ?? [];
  const isColumn = ({ name }) =>
    name !== "Id" &&
    contacts.some((contact) => shown(contact[name]) !== "") &&
    !contacts.some((contact) => isPath(contact[name]));
  return members
    .filter(isColumn)
    .map((member, i) => ({ ...member, wide: i > 5 ? "wider" : i > 1 ? "wide" : undefined }));
}

const isPath = (value) => typeof value === "string" && value.startsWith("/");

function row(item, columns, isNew, signal) {
  return h(
    "tr",
    { class: isNew && "new" },
    h(
      "th",
      { scope: "row" },
      h("a.contact", { href: `#/contacts/${pathOfContact(item)}` }, picture(item, signal), item.id),
    ),
    columns.map(({ name, wide }) => h("td", { class: wide, dir: "auto" }, shown(item.contact[name], true))),
  );
}

function empty(model) {
  const operation = creating(model);
  const account = session.account || "ACCOUNT";
  const examples = new Map(operation.fields.map((field) => [field.name, field.example]));
  const text = [
    `curl ${location.origin}${pathOf(operation, examples, account)} \\`,
    `  -u ${account}:"$CONTACTS_TOKEN" -H 'Accept: application/json' \\`,
    operation.fields
      .filter((field) => field.in === "body" && field.required)
      .map((field) => `  --data-urlencode '${field.name}=${field.example}'`)
      .join(" \\\n"),
  ].join("\n");
  return h(
    "div.empty",
    h("h2", "There are no contacts yet"),
    h(
      "p",
      "Create the first one by ",
      h("a", { href: `#/try/${operation.id}` }, "Try it"),
      ", or with curl. It appears here by itself.",
    ),
    code("command", text),
  );
}
