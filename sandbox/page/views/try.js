// Try it: a form for each operation, what it sends and gets, and the same call as a program.

import { Problem, get } from "../control.js";
import { fill, h } from "../dom.js";
import { encode, form, multipart } from "../encode.js";
import { OperationForm } from "../form.js";
import { heading } from "../parts.js";
import { session } from "../session.js";
import { ofExample, ofRecord } from "../values.js";
import { exchange } from "./exchange.js";
import { operationLinks } from "./operation-links.js";
import { programTabs } from "./programs.js";

export async function tryIt({ model, stream, rest, query, signal }) {
  const operation = rest.length > 0 ? model.operation(rest[0]) : model.operations[0];
  if (!operation) throw new Problem(404, "The contract has no such operation. Choose one under Try it.");
  const example = ofExample(operation);
  const inPath = operation.fields.filter((field) => field.in === "path" && example.has(field.name));
  const initial = new Map(inPath.map(({ name }) => [name, example.get(name)]));
  const fields = new OperationForm(operation, { signal, initial });
  const encoding = encodingChoice(operation, fields);
  const programs = programTabs(operation, fields, encoding, signal);
  const result = h("div.result", { role: "region", "aria-label": "Result" });
  const submit = h("button.primary", "Send");
  const button = (text, onclick) => h("button", { type: "button", onclick }, text);

  async function onsubmit(event) {
    event.preventDefault();
    submit.disabled = true;
    try {
      await fields.check(true);
      const request = await encode(operation, fields.values, encoding.value);
      fill(result, await exchange(request, stream, signal));
      result.querySelector("h2").focus();
    } finally {
      submit.disabled = false;
    }
  }

  const section = h(
    "section",
    heading("Try it"),
    operationLinks(model, "try", operation),
    h(
      "div.columns",
      h(
        "div",
        h("h2", operation.summary),
        h("p.line", h("code", `${operation.method} ${operation.path}`)),
        h("p", operation.documentation.replaceAll("`", "")),
        !session.account &&
          h(
            "p.violation",
            "This is the control token, which the API itself does not take. Open the page with the token of an account.",
          ),
        h(
          "form",
          { onsubmit },
          fields.element,
          encoding.element,
          fields.summary,
          h(
            "div.actions",
            submit,
            button("Fill with examples", () => fields.set(example)),
            button("Clear", () => fields.clear()),
          ),
        ),
      ),
      h("div", result, h("h2", "As a program"), programs),
    ),
  );

  const recorded = query.get("request");
  if (recorded)
    await fields.set(ofRecord(operation, await get(`requests/${encodeURIComponent(recorded)}`, { signal })));
  else await fields.check();
  return section;
}

// encodingChoice lets one choose where the contract has both. Files need multipart/form-data.
function encodingChoice(operation, fields) {
  const { encodings } = operation;
  const choice = { value: encodings[0] ?? "" };
  const choose = (value) => {
    choice.value = value;
    fields.allowFiles(value !== form);
  };
  if (encodings.length > 1) {
    const radio = (value) =>
      h("input", {
        type: "radio",
        name: "encoding",
        value,
        checked: value === choice.value,
        onchange: () => choose(value),
      });
    const hasFile = operation.fields.some((field) => field.file);
    choice.element = h(
      "fieldset.choice",
      h("legend", "Encoding"),
      encodings.map((value) => h("label", radio(value), " ", value)),
      hasFile && h("p.hint", `Files need ${multipart}.`),
    );
  }
  choose(choice.value);
  return choice;
}
