// One contact, to be read, edited and deleted.

import { confirmed } from "../confirm.js";
import { Problem, get } from "../control.js";
import { fill, h } from "../dom.js";
import { editDialog } from "../edit.js";
import { encode, send } from "../encode.js";
import { facts, heading } from "../parts.js";
import { session } from "../session.js";
import { say } from "../status.js";
import { changes, picture, shown } from "./contact-parts.js";

export async function contact(context) {
  const { model, rest, signal } = context;
  if (rest.length !== 3) throw new Problem(404, "A contact has the form #/contacts/ACCOUNT/CAMPAIGN/ID.");
  const path = rest.map(encodeURIComponent).join("/");
  let item = await get(`contacts/${path}`, { signal });
  const body = h("div");
  const actions = h("div.actions");
  const section = h(
    "section",
    h("p.back", h("a", { href: "#/contacts" }, "All contacts")),
    heading(`Contact ${item.id}`, actions),
    body,
  );

  const operationFor = (method) => model.match(method, item.contact.Uri);
  const updating = operationFor("PUT") ?? operationFor("PATCH");
  const deleting = operationFor("DELETE");

  function draw() {
    fill(
      body,
      item.image && picture(item, signal, "The contact's image"),
      facts(...Object.entries(item.contact).map(([name, value]) => [name, h("span", { dir: "auto" }, shown(value))])),
    );
    body.firstChild?.classList.toggle("large", Boolean(item.image));
  }
  draw();

  async function remove() {
    if (!(await confirmed(`Delete contact ${item.id}? This cannot be undone.`, "Delete"))) return;
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

  fill(
    actions,
    updating &&
      session.account &&
      h("button", { type: "button", onclick: () => editDialog(updating, item.contact, signal) }, "Edit"),
    deleting && session.account && h("button.danger", { type: "button", onclick: remove }, "Delete"),
  );
  changes(context, async () => {
    try {
      const now = await get(`contacts/${path}`, { signal });
      if (JSON.stringify(now) === JSON.stringify(item)) return;
      item = now;
      draw();
    } catch (problem) {
      if (problem.status !== 404) return;
      fill(body, h("p.empty", "This contact is deleted."));
      fill(actions);
    }
  });
  return section;
}
