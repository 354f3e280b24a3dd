// Misbehave: the faults that are set, and the kinds that there are, each with its settings.

import { get } from "../control.js";
import { fill, h, heading, keep, say, table } from "../dom.js";

export async function misbehave({ model, faults, signal }) {
  const { kinds, parameters } = await get("faults/kinds", { signal });
  await faults.refresh();
  const set = h("div", { class: "set" });
  const grid = table("Faults that are set", [{ title: "Fault" }, { title: "Happened", class: "number" }, { title: "Change", class: "press" }]);
  const rows = grid.querySelector("tbody");
  const all = h("button", { type: "button", onclick: () => change([], "The sandbox behaves.") }, "Remove all");
  const summary = h("h2", { tabindex: "-1" }, "What is set");

  // change sets faults. The focus does not get lost with the button that was pressed.
  async function change(texts, done) {
    try {
      await faults.set(texts);
      say(done);
    } catch (problem) {
      say(problem.message);
      throw problem;
    }
  }

  async function remove(fault) {
    await change(without(faults.list, fault), `Removed: ${fault}`);
    summary.focus();
  }

  function draw() {
    if (faults.list.length === 0) {
      fill(set, h("p", { class: "empty" }, "Nothing: the sandbox behaves. Add a fault below, and your client meets it with its next request."));
      return;
    }
    if (!set.contains(grid)) fill(set, grid, h("div", { class: "actions" }, all));
    keep(rows, faults.list.map((state, i) => ({ ...state, i })), ({ fault, i }) => `${i} ${fault}`, ({ fault }) => h("tr", {},
      h("th", { scope: "row" }, h("code", {}, fault)), h("td", { class: "number" }), h("td", { class: "press" }, h("button", { type: "button", "aria-label": `Remove ${fault}`, onclick: () => remove(fault) }, "Remove"))));
    faults.list.forEach(({ happened }, i) => { rows.children[i].children[1].textContent = { 0: "not yet", 1: "once" }[happened] ?? `${happened.toLocaleString()} times`; });
  }
  draw();
  faults.addEventListener("change", draw, { signal });

  return h("section", {}, heading("Misbehave"),
    h("p", {}, "A fault happens to each request that would be carried out, until it is removed. For one request alone, send it as the header ", h("code", {}, "Prefer"), "."),
    summary, set, h("h2", {}, "What can be set"),
    h("div", { class: "kinds" }, kinds.map((kind) => kindForm(kind, parameters, model, async (text) => change([...faults.list.map(({ fault }) => fault), text], `Set: ${text}`)))));
}

function without(list, fault) {
  const texts = list.map(({ fault }) => fault);
  texts.splice(texts.indexOf(fault), 1);
  return texts;
}

// kindForm is the settings of one kind of fault.
function kindForm(kind, common, model, add) {
  const settings = [{ name: kind.name, value: kind.value }, ...(kind.parameters ?? []).map((text) => parse(text)), ...common];
  const inputs = settings.map((setting, i) => ({ ...setting, ...makeInput(setting, `${kind.name}-${setting.name}-${i}`, i === 0, model) }));
  const error = h("p", { class: "violation", role: "alert" });
  const [value, ...rest] = inputs;
  return h("details", { class: "kind", name: "kind" }, h("summary", {}, h("code", {}, kind.name), " ", h("span", {}, `${kind.description[0].toUpperCase()}${kind.description.slice(1)}.`)),
    h("form", { onsubmit: async (event) => {
      event.preventDefault();
      error.textContent = "";
      const text = [`${kind.name}=${quote(value.read())}`, ...rest.filter(({ read }) => read()).map(({ name, value, read }) => value === "" ? name : `${name}=${quote(read())}`)].join("; ");
      await add(text).catch((problem) => { error.textContent = problem.message; });
    } },
    h("div", { class: "settings" }, inputs.map(({ element }) => element)), error,
    h("div", { class: "actions" }, h("button", { class: "primary", "aria-label": `Set ${kind.name}` }, "Set"))));
}

const quote = (text) => /^[\w.+-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;

// parse reads a parameter such as "body=envelope | html | xml", or one that has no value.
function parse(text) {
  const [name, value = ""] = text.split("=");
  return { name, value };
}

// makeInput makes a control for the form of a value: words, N, TIME, or a name for any text.
function makeInput({ name, value, description }, key, first, model) {
  const id = `fault-${key}`;
  const words = value === "OPERATION" ? model.operations.map((operation) => operation.id) : value.includes(" | ") ? value.split(" | ") : undefined;
  let input;
  if (value === "") input = h("input", { type: "checkbox", id });
  else if (words) input = h("select", { id }, !first && h("option", { value: "" }, "–"), words.map((word) => h("option", {}, word)));
  else input = h("input", { type: "text", id, size: "10", required: first, autocomplete: "off", spellcheck: "false", inputmode: value === "N" && "numeric", "aria-describedby": `${id}-hint` });
  const hint = { TIME: "such as 200ms or 2s", N: "a whole number" }[value] ?? "";
  return {
    read: () => value === "" ? input.checked : input.value,
    element: h("div", { class: value === "" ? "setting check" : "setting" }, h("label", { for: id, title: description }, name), input, h("p", { class: "hint", id: `${id}-hint` }, [hint, description].filter(Boolean).join(": "))),
  };
}
