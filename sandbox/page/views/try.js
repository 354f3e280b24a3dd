// Try it: a form for each operation, the request and the response as they are, and the same call as a program.

import { call, get } from "../control.js";
import { code, fill, h, heading } from "../dom.js";
import { encode, form, multipart, send } from "../encode.js";
import { OperationForm } from "../form.js";
import { session } from "../session.js";
import { Tabs } from "../tabs.js";
import { draft, ofRecord } from "../values.js";
import { statusTag, took } from "./cells.js";

export async function tryIt({ model, stream, rest, query, signal }) {
  const operation = rest.length > 0 ? model.operation(rest[0]) : model.operations[0];
  if (!operation) throw Object.assign(new Error("The contract has no such operation. Choose one under Try it."), { status: 404 });
  const fields = new OperationForm(operation, { signal, initial: examples(operation.fields.filter((field) => field.in === "path")) });
  const encoding = encodingChoice(operation, fields);
  const result = h("div", { class: "result", role: "region", "aria-label": "Result" });
  const programs = programTabs(operation, fields, encoding, signal);
  const submit = h("button", { class: "primary" }, "Send");

  async function run() {
    submit.disabled = true;
    await fields.check(true);
    const request = await encode(operation, fields.values, encoding.value);
    const recorded = nextRecord(stream, request, signal);
    const began = performance.now();
    try {
      const response = await send(request, signal);
      const seconds = () => (performance.now() - began) / 1000;
      const [text, picture] = await readBody(response, signal);
      fill(result, h("h2", { tabindex: "-1" }, "Response ", statusTag(response.status), h("small", {}, ` in ${took(seconds())}`)), recorded,
        picture, code("response", responseText(response, text)), h("h2", {}, "Request"), code("request", request.text));
    } catch (problem) {
      if (problem.name === "AbortError") return;
      fill(result, h("h2", { tabindex: "-1" }, "No response"),
        h("p", {}, "The connection was cut, or the request cannot be sent. If the sandbox is told to misbehave that is no wonder; whether it was carried out is under Requests."), recorded,
        h("h2", {}, "Request"), code("request", request.text));
    } finally {
      submit.disabled = false;
    }
    result.querySelector("h2").focus();
  }

  const section = h("section", {}, heading("Try it"),
    h("nav", { class: "operations", "aria-label": "Operations" }, model.operations.map(({ id, method, summary }) =>
      h("a", { href: `#/try/${id}`, "aria-current": id === operation.id && "page" }, h("span", { class: "method" }, method), " ", summary))),
    h("div", { class: "columns" },
      h("div", {},
        h("h2", {}, operation.summary),
        h("p", { class: "line" }, h("code", {}, `${operation.method} ${operation.path}`)),
        h("p", {}, operation.documentation.replace(/`/g, "")),
        session.account ? "" : h("p", { class: "violation" }, "This is the control token, which the API itself does not take. Open the page with the token of an account."),
        h("form", { onsubmit: (event) => { event.preventDefault(); run(); } },
          fields.element, encoding.element, fields.summary,
          h("div", { class: "actions" }, submit,
            h("button", { type: "button", onclick: () => fields.set(examples(operation.fields, encoding.value)) }, "Fill with examples"),
            h("button", { type: "button", onclick: () => fields.clear() }, "Clear")))),
      h("div", {}, result, h("h2", {}, "As a program"), programs)));

  const recorded = query.get("request");
  if (recorded) await fields.set(ofRecord(operation, await get(`requests/${encodeURIComponent(recorded)}`, { signal })));
  else await fields.check();
  return section;
}

// examples are the contract's own, for fields that do not exclude one another.
function examples(fields) {
  const values = new Map();
  for (const field of fields) {
    if (field.file || !field.example || (field.excludes ?? []).some((name) => values.has(name))) continue;
    values.set(field.name, field.list ? [field.example] : field.example);
  }
  return values;
}

// encodingChoice lets one choose where the contract has both. Files need multipart/form-data.
function encodingChoice(operation, fields) {
  const { encodings } = operation;
  const choice = { value: encodings[0], element: undefined };
  const choose = (value) => { choice.value = value; fields.allowFiles(value === multipart); };
  if (encodings.length > 1) {
    choice.element = h("fieldset", { class: "choice" }, h("legend", {}, "Encoding"), encodings.map((value) =>
      h("label", {}, h("input", { type: "radio", name: "encoding", value, checked: value === choice.value, onchange: () => choose(value) }), " ", value)),
    operation.fields.some((field) => field.file) && h("p", { class: "hint" }, `Files need ${multipart}.`));
  }
  if (encodings.includes(form)) fields.allowFiles(choice.value === multipart);
  return choice;
}

// programTabs shows the call as a program in each language, for the values of the form. The clients send nothing that
// breaks a rule, so there are programs only without.
function programTabs(operation, fields, encoding, signal) {
  const tabs = new Tabs("Languages");
  const box = h("div", { class: "programs" }, tabs.element);
  let last = "";
  fields.addEventListener("values", async ({ detail: violations }) => {
    if (violations.length > 0) {
      last = "";
      fill(box, h("p", { class: "hint" }, "Once all rules are kept, the same call is here as a program in each language, to copy."));
      return;
    }
    const asked = `{"parameters":${draft(operation, fields.values)}${encoding.value ? `,"encoding":"${encoding.value}"` : ""}}`;
    if (asked === last) return;
    last = asked;
    try {
      const { programs } = await (await call(`programs/${operation.id}`, { method: "POST", text: asked, signal })).json();
      if (last !== asked) return;
      if (!box.contains(tabs.element)) fill(box, tabs.element);
      tabs.update(programs.map(({ language, title, program }) => ({ key: language, title, content: code(`program in ${title}`, program) })));
    } catch (problem) {
      if (problem.name !== "AbortError" && last === asked) fill(box, h("p", {}, problem.message));
    }
  });
  return box;
}

// nextRecord becomes a link to the record of a request, once the stream has it.
function nextRecord(stream, request, signal) {
  const link = h("p", {});
  const end = new AbortController();
  stream.addEventListener("request", ({ detail }) => {
    if (detail.method !== request.method || detail.path !== decodeURI(request.path.split("?")[0])) return;
    fill(link, h("a", { href: `#/requests/${detail.id}` }, `Request ${detail.id} as the sandbox saw it`));
    end.abort();
  }, { signal: AbortSignal.any([end.signal, signal]) });
  return link;
}

// readBody reads a body as text, or as an image.
async function readBody(response, signal) {
  const type = response.headers.get("Content-Type") ?? "";
  if (!type.startsWith("image/")) return [await response.text()];
  const blob = await response.blob();
  const src = URL.createObjectURL(blob);
  signal.addEventListener("abort", () => URL.revokeObjectURL(src));
  return [`[${blob.size} bytes of ${type}]`, h("img", { class: "picture large", alt: "The image of the response", src })];
}

function responseText(response, body) {
  return `HTTP/1.1 ${response.status} ${response.statusText}\n${[...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("")}\n${body}`;
}
