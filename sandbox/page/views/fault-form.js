// The form of one kind of fault, with all of its settings.

import { h } from "../dom.js";

// faultForm gives the text of the fault to a function, and shows what that says is wrong with it.
export function faultForm(kind, common, model, set) {
  const parameters = [...(kind.parameters ?? []).map(parse), ...common];
  const value = setting({ name: kind.name, value: kind.value }, `fault-${kind.name}`, model, true);
  const others = parameters.map((parameter) => setting(parameter, `fault-${kind.name}-${parameter.name}`, model));
  const error = h("p.violation", { role: "alert" });
  const onsubmit = async (event) => {
    event.preventDefault();
    error.textContent = "";
    const text = [value, ...others]
      .map(({ read }) => read())
      .filter(Boolean)
      .join("; ");
    await set(text).catch((problem) => {
      error.textContent = problem.message;
    });
  };
  const description = `${kind.description[0].toUpperCase()}${kind.description.slice(1)}.`;
  return h(
    "details.kind",
    { name: "kind" },
    h("summary", h("code", kind.name), " ", h("span", description)),
    h(
      "form",
      { onsubmit },
      h(
        "div.settings",
        [value, ...others].map(({ element }) => element),
      ),
      error,
      h("div.actions", h("button.primary", { "aria-label": `Set ${kind.name}` }, "Set")),
    ),
  );
}

// parse reads a parameter such as "body=envelope | html | xml", or one that has no value.
function parse(text) {
  const [name, value = ""] = text.split("=");
  return { name, value };
}

// setting is a control for a value, and what it reads: NAME=VALUE, or nothing.
function setting({ name, value, description }, id, model, required = false) {
  const input = makeInput(value, { id, required, "aria-describedby": `${id}-hint` }, model);
  const hint = { TIME: "such as 200ms or 2s", N: "a whole number" }[value] ?? "";
  const element = h(
    "div.setting",
    h("label", { for: id }, name),
    input,
    h("p.hint", { id: `${id}-hint` }, [hint, description].filter(Boolean).join(": ")),
  );
  const read = () => (value === "" ? input.checked && name : input.value && `${name}=${quote(input.value)}`);
  return { element, read };
}

// makeInput makes a control for the form of a value: none, words, OPERATION, N, TIME, or a name for any text.
function makeInput(form, attributes, model) {
  if (form === "") return h("input", { ...attributes, type: "checkbox" });
  const words = form === "OPERATION" ? model.operations.map(({ id }) => id) : form.split(" | ");
  if (words.length > 1) {
    const none = !attributes.required && h("option", { value: "" }, "–");
    return h(
      "select",
      attributes,
      none,
      words.map((word) => h("option", word)),
    );
  }
  const inputmode = form === "N" && "numeric";
  return h("input", { ...attributes, type: "text", inputmode, autocomplete: "off", spellcheck: "false" });
}

const quote = (text) => (/^[\w.+-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`);
