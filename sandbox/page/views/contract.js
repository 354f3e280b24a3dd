// Contract: the reference, rendered from the model. Readers such as Redoc leave out the rules that this contract is about.

import { h } from "../dom.js";
import { code, heading } from "../parts.js";
import { typeOf } from "../model.js";
import { operationLinks } from "./operation-links.js";

export function contract({ model, rest, signal }) {
  const download = h(
    "a.button",
    { href: "/_sandbox/page/openapi.yaml", download: "openapi.yaml" },
    "Download openapi.yaml",
  );
  const section = h(
    "section",
    heading("Contract", download),
    operationLinks(model, "contract"),
    model.operations.map((operation) => one(operation, model)),
  );
  const to = section.querySelector(`[id="contract-${CSS.escape(rest[0] ?? "")}"]`);
  if (to) setTimeout(() => signal.aborted || to.scrollIntoView()); // once it is shown
  return section;
}

function one(operation, model) {
  const { id, method, path, summary, documentation, deprecated, fields, rules, encodings, response, responses } =
    operation;
  return h(
    "article",
    { id: `contract-${id}`, "aria-labelledby": `title-${id}` },
    h("h2", { id: `title-${id}` }, summary, deprecated && h("span.tag", "deprecated")),
    h("p.line", h("span.method", method), " ", h("code", path)),
    h("p", prose(documentation)),
    h(
      "p",
      h("code", id),
      encodings.length > 0 && [" takes ", encodings.flatMap((encoding, i) => [i > 0 && " or ", h("code", encoding)])],
      ". ",
      h("a", { href: `#/try/${id}` }, "Try it"),
    ),
    rules.length > 0 &&
      h(
        "ul",
        rules.map(({ message }) => h("li", message)),
      ),
    fields.length > 0 && [h("h3", "Parameters"), h("ul.parameters", fields.map(parameter))],
    h("h3", "Responses"),
    h("ul.responses", responses.filter(isSuccess).map(statusOf)),
    h("details", h("summary", "Errors"), h("ul.responses", responses.filter((each) => !isSuccess(each)).map(statusOf))),
    response && h("details", h("summary", `Members of ${response.object}`), members(response, model)),
  );
}

function parameter(field) {
  return h(
    "li",
    h(
      "div",
      h("strong", field.name),
      h("p.type", `${typeOf(field)}, ${field.in}`),
      field.required && h("p.required", "required"),
      field.deprecated && h("span.tag", "deprecated"),
    ),
    h(
      "div",
      h("p", prose(field.documentation)),
      field.default && h("p", "Without it: ", h("code", field.default)),
      field.example && h("p", "For example ", h("code", field.example)),
      field.enum && h("details", h("summary", `${field.enum.length} values`), h("p.enum", field.enum.join(" "))),
    ),
    h(
      "ul",
      field.rules.map((rule) => h("li", rule.message)),
    ),
  );
}

// members lists what a response holds, and what the objects in it hold.
function members({ members: list }, model) {
  const one = ({ name, type, items, object, required, documentation }) => {
    const inner = model.objects[items?.object ?? object];
    const of = items ? `list of ${items.object ?? items.type}` : (object ?? type);
    return h(
      "li",
      h("strong", name),
      ` ${of}${required ? ", always there" : ""}. `,
      prose(documentation),
      inner && members(inner, model),
    );
  };
  return h("ul.members", list.map(one));
}

const isSuccess = ({ status }) => status.startsWith("2");

function statusOf({ status, description, example }) {
  const text = typeof example === "string" ? example : JSON.stringify(example, null, 2);
  return h(
    "li",
    h("strong", status),
    " ",
    prose(description),
    example !== undefined && h("details", h("summary", "Example"), code(`example of ${status}`, text)),
  );
}

// prose shows documentation: words between ` are code.
function prose(text) {
  return h(
    "span",
    text.split("`").map((part, i) => (i % 2 === 1 ? h("code", part) : part)),
  );
}
