// The dialog that changes a contact, by the operation that the contract has for it.

import { h } from "./dom.js";
import { say } from "./status.js";
import { encode, form, multipart, send } from "./encode.js";
import { OperationForm } from "./form.js";

// editDialog shows the fields of an operation with what the contact has. What is not changed is not sent.
export function editDialog({ operation, values: path }, contact, signal) {
  const initial = new Map(Object.entries(path));
  for (const { name } of operation.fields)
    if (["string", "number", "boolean"].includes(typeof contact[name])) initial.set(name, String(contact[name]));
  const fields = new OperationForm(operation, {
    signal,
    initial,
    changesOnly: true,
    fixed: new Set(Object.keys(path)),
  });
  const error = h("p.violation", { role: "alert" });
  const save = h("button.primary", "Save");
  const dialog = h(
    "dialog.sheet",
    { "aria-labelledby": "edit-title", onclose: () => dialog.remove() },
    h("h2", { id: "edit-title" }, operation.summary),
    h(
      "form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          save.disabled = true;
          error.textContent = await submit().catch((problem) => problem.message);
          save.disabled = false;
        },
      },
      fields.element,
      error,
      h("div.actions", save, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel")),
    ),
  );

  // submit returns what went wrong, as one sentence; none if it did not.
  async function submit() {
    if ((await fields.check(true)).length > 0) return fields.summary.textContent.replace(/It can be sent.*?\. ?/, "");
    const hasFile = [...fields.values.values()].flat().some((value) => value instanceof File);
    const request = await encode(
      operation,
      new Map([...Object.entries(path), ...fields.values]),
      hasFile || !operation.encodings.includes(form) ? multipart : form,
    );
    const response = await send(request, signal).catch(() => undefined);
    if (!response)
      return "There was no response, so it is not known whether the contact was changed. Look under Requests.";
    const body = await response.json().catch(() => ({}));
    if (!response.ok || body.Status === "ERROR")
      return [
        body.Message ?? `The response is ${response.status}.`,
        ...(body.Errors ?? []).map(({ Message }) => Message),
      ].join(" ");
    dialog.close();
    say("The contact is changed.");
    return "";
  }

  document.body.append(dialog);
  dialog.showModal();
}
