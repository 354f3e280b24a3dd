// A form for an operation, made from the fields of its model. The rules respond while one types, in the contract's words.

import { call } from "./control.js";
import { h } from "./dom.js";
import { later } from "./later.js";
import { draft } from "./values.js";
import { typeOf } from "./model.js";

let forms = 0;

// OperationForm is the inputs of an operation. It dispatches "values", with the violations, once they have been checked.
// The fields in fixed are not shown. With changesOnly a field in initial only counts once it is changed.
export class OperationForm extends EventTarget {
  #operation;
  #signal;
  #inputs = new Map(); // by the name of the field
  #touched = new Set();
  #before = new Map(); // values that only count when they are changed
  #kept = new Set(); // of these, what a rule needs beside a change
  #id = ++forms;
  #check;
  #checks = 0;
  summary = h("p.summary", { role: "status" });

  constructor(operation, { signal, initial = new Map(), changesOnly = false, fixed = new Set() }) {
    super();
    this.#operation = operation;
    this.#signal = signal;
    this.#check = later(150, () => this.check().catch(() => {})); // sending says it again
    this.element = h(
      "div",
      { class: "fields" },
      Object.entries({ path: "Path", query: "Query", header: "Headers", body: "Body" }).map(([place, title]) => {
        const fields = operation.fields.filter((field) => field.in === place);
        const rows = fields.map((field) => this.#row(field, initial.get(field.name), fixed.has(field.name)));
        return (
          fields.length > 0 &&
          h("fieldset", { hidden: fields.every((field) => fixed.has(field.name)) }, h("legend", title), rows)
        );
      }),
    );
    if (changesOnly) this.#before = this.#read();
  }

  // values are those of the fields that are not empty.
  get values() {
    const values = this.#read();
    for (const [name, value] of this.#before) {
      if (!this.#kept.has(name) && JSON.stringify(values.get(name)) === JSON.stringify(value)) values.delete(name);
    }
    return values;
  }

  set(values) {
    for (const [name, { field, input }] of this.#inputs) {
      if (!field.file) input.value = [values.get(name) ?? []].flat().join("\n");
    }
    this.#touched = new Set(values.keys());
    return this.check();
  }

  clear() {
    this.#touched.clear();
    for (const { input } of this.#inputs.values()) input.value = "";
    return this.check();
  }

  // allowFiles says whether the encoding can carry files.
  allowFiles(allowed) {
    for (const { field, input } of this.#inputs.values()) if (field.file) input.disabled = !allowed;
    this.#check();
  }

  // check asks the sandbox which rules are broken, and says so at the fields. Until a field is touched it is not told
  // that it is required.
  async check(all = false) {
    const turn = ++this.#checks;
    const violations = await this.#violations();
    if (turn !== this.#checks) return violations; // there is a newer one, which shows its own
    if (all) for (const name of this.#inputs.keys()) this.#touched.add(name);
    this.show(violations);
    this.dispatchEvent(new CustomEvent("values", { detail: violations }));
    return violations;
  }

  // violations are those of the values. What a rule needs beside a change becomes one of them.
  async #violations() {
    const values = this.values;
    const parameters = draft(values, ({ name, size }) => ({ name, size }));
    const path = `check/${this.#operation.id}`;
    const response = await call(path, { method: "POST", json: { parameters }, signal: this.#signal });
    const { violations } = await response.json();
    const isNeeded = ({ field, rule }) => rule.startsWith("required") && this.#before.has(field) && !values.has(field);
    const needed = violations.filter(isNeeded);
    if (needed.length === 0) return violations;
    for (const { field } of needed) this.#kept.add(field);
    return this.#violations();
  }

  // show says what is wrong, at the fields.
  show(violations) {
    const at = new Map(violations.map((violation) => [violation.field, violation]));
    const others = violations.filter(({ field }) => !this.#inputs.has(field));
    for (const [name, { input, message }] of this.#inputs) {
      const violation = at.get(name);
      const shown = violation && (this.#touched.has(name) || violation.rule !== "required");
      const text = shown ? violation.message : "";
      if (message.textContent !== text) message.textContent = text;
      if (shown) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    const count = violations.length;
    const text =
      count === 0
        ? "All rules are kept."
        : `${count === 1 ? "One rule is" : `${count} rules are`} broken. It can be sent all the same, to see the response.`;
    const summary = [text, ...others.map(({ message }) => message)].join(" ");
    if (this.summary.textContent !== summary) this.summary.textContent = summary;
    this.summary.classList.toggle("broken", count > 0);
  }

  #read() {
    const values = new Map();
    for (const [name, { field, input }] of this.#inputs) {
      if (field.file) {
        if (input.files.length > 0 && !input.disabled) values.set(name, field.list ? [...input.files] : input.files[0]);
      } else if (field.list) {
        const items = input.value.split("\n").filter((item) => item !== "");
        if (items.length > 0) values.set(name, items);
      } else if (input.value !== "") {
        values.set(name, input.value);
      }
    }
    return values;
  }

  #row(field, value, fixed) {
    const id = `form-${this.#id}-${field.name}`;
    const described = {
      id,
      name: field.name,
      "aria-describedby": `${id}-hint ${id}-violation`,
      "aria-required": field.required && "true",
      autocomplete: "off",
      spellcheck: "false",
    };
    const changed = () => {
      this.#touched.add(field.name);
      this.#check();
    };
    const [input, ...beside] = makeInput(field, { ...described, oninput: changed, onchange: changed });
    if (value !== undefined) input.value = [value].flat().join("\n");
    const message = h("p.violation", { id: `${id}-violation` });
    this.#inputs.set(field.name, { field, input, message });
    return h(
      "div.field",
      { hidden: fixed },
      h(
        "label",
        { for: id },
        field.name,
        field.required && h("span.required", " required"),
        field.deprecated && h("span.tag", "deprecated"),
      ),
      input,
      beside,
      message,
      h("p.hint", { id: `${id}-hint` }, hint(field)),
    );
  }
}

// makeInput takes any text, also such as breaks a rule: that is what a sandbox is for.
function makeInput(field, attributes) {
  if (field.file) return [h("input", { type: "file", multiple: Boolean(field.list), ...attributes })];
  if (field.list) return [h("textarea", { rows: "2", ...attributes })];
  const values = field.enum ?? (field.type === "boolean" ? ["true", "false"] : []);
  const list = values.length > 0 && `${attributes.id}-values`;
  return [
    h("input", { type: "text", inputmode: field.type === "integer" && "numeric", list, ...attributes }),
    list &&
      h(
        "datalist",
        { id: list },
        values.map((value) => h("option", { value })),
      ),
  ];
}

function hint(field) {
  const words = [field.documentation.replace(/`/g, "")];
  if (field.list && !field.file) words.push("One item a line.");
  if (field.default) words.push(`Without it: ${field.default}.`);
  if (field.example) words.push(`For example ${field.example}`);
  if (field.type !== "string" && !field.file) words.push(`(${typeOf(field)})`);
  return words.filter(Boolean).join(" ");
}
