// Misbehave: the faults that are set, and the kinds that there are.

import { get } from "../control.js";
import { fill, h, keep } from "../dom.js";
import { heading, table } from "../parts.js";
import { say } from "../status.js";
import { faultForm } from "./fault-form.js";

export async function misbehave({ model, faults, signal }) {
  const [{ kinds, parameters }] = await Promise.all([get("faults/kinds", { signal }), faults.refresh()]);
  const texts = () => faults.list.map(({ fault }) => fault);
  const add = async (text) => {
    await faults.set([...texts(), text]);
    say(`Set: ${text}`);
  };
  return h(
    "section",
    heading("Misbehave"),
    h("p", "A fault happens to each request that would be carried out, until it is removed."),
    h("p", "For one request alone, send it as the header ", h("code", "Prefer"), "."),
    whatIsSet(faults, signal),
    h("h2", "What can be set"),
    h(
      "div.kinds",
      kinds.map((kind) => faultForm(kind, parameters, model, add)),
    ),
  );
}

// whatIsSet is a table of the faults with their counts, as they change.
function whatIsSet(faults, signal) {
  const title = h("h2", { tabindex: "-1" }, "What is set");
  const columns = [{ title: "Fault" }, { title: "Happened", class: "number" }, { title: "Change", class: "press" }];
  const grid = table("Faults that are set", columns);
  const body = h("div");

  // remove leaves the focus at the title, since the button is gone.
  async function remove(at, said) {
    const left = faults.list.filter((_, i) => at !== undefined && i !== at).map(({ fault }) => fault);
    try {
      await faults.set(left);
      say(said);
      title.focus();
    } catch (problem) {
      say(problem.message);
    }
  }

  function row({ fault, at }) {
    const onclick = () => remove(at, `Removed: ${fault}`);
    const button = h("button", { type: "button", "aria-label": `Remove ${fault}`, onclick }, "Remove");
    return h("tr", h("th", { scope: "row" }, h("code", fault)), h("td.number"), h("td.press", button));
  }

  const all = h("button", { type: "button", onclick: () => remove(undefined, "The sandbox behaves.") }, "Remove all");
  const none = h(
    "p.empty",
    "Nothing: the sandbox behaves. Set a fault below, and your client meets it with its next request.",
  );

  function draw() {
    if (faults.list.length === 0) return fill(body, none);
    if (!body.contains(grid)) fill(body, grid, h("div.actions", all));
    const rows = grid.querySelector("tbody");
    keep(
      rows,
      faults.list.map(({ fault }, at) => ({ fault, at })),
      ({ fault, at }) => `${at} ${fault}`,
      row,
    );
    for (const [i, { happened }] of faults.list.entries()) rows.children[i].children[1].textContent = times(happened);
  }
  draw();
  faults.addEventListener("change", draw, { signal });
  return [title, body];
}

const times = (count) => ({ 0: "not yet", 1: "once" })[count] ?? `${count.toLocaleString()} times`;
