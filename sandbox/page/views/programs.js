// The call of a form as a program in each language.

import { call } from "../control.js";
import { fill, h } from "../dom.js";
import { code } from "../parts.js";
import { Tabs } from "../tabs.js";
import { draft } from "../values.js";

// programTabs follows the values of a form. The clients send nothing that breaks a rule, so there are programs only
// without.
export function programTabs(operation, fields, encoding, signal) {
  const tabs = new Tabs("Languages");
  const box = h("div.programs");
  let last = ""; // what was asked for, to see if there is something new

  async function update(json, asked) {
    const response = await call(`programs/${operation.id}`, { method: "POST", json, signal });
    const { programs } = await response.json();
    if (last !== asked) return;
    tabs.update(
      programs.map(({ language, title, program }) => ({
        key: language,
        title,
        content: code(`program in ${title}`, program),
      })),
    );
    if (!box.contains(tabs.element)) fill(box, tabs.element);
  }

  fields.addEventListener("values", ({ detail: violations }) => {
    if (violations.length > 0) {
      last = "";
      fill(box, h("p.hint", "Once all rules are kept, the same call is here as a program in each language, to copy."));
      return;
    }
    const json = { parameters: draft(fields.values, ({ name }) => name), encoding: encoding.value };
    const asked = JSON.stringify(json);
    if (asked === last) return;
    last = asked;
    update(json, asked).catch((problem) => signal.aborted || fill(box, h("p", problem.message)));
  });
  return box;
}
