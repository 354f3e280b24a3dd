// The question before something that cannot be undone.

import { h } from "./dom.js";

export function confirmed(question, action) {
  return new Promise((resolve) => {
    const answer = (value) => () => dialog.close(value);
    const onclose = () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    };
    const dialog = h(
      "dialog",
      { "aria-labelledby": "question", onclose },
      h("h2", { id: "question" }, question),
      h(
        "div.actions",
        h("button.danger", { type: "button", onclick: answer("yes") }, action),
        h("button", { type: "button", autofocus: true, onclick: answer("no") }, "Cancel"),
      ),
    );
    document.body.append(dialog);
    dialog.showModal();
  });
}
