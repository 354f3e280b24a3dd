// Buttons that copy.

import { h } from "./dom.js";
import { say } from "./status.js";

// copyButton copies the text that a function gives. The label says what it copies to those who do not see where it is.
export function copyButton(label, text) {
  const onclick = () =>
    copy(text).then(
      () => say("Copied."),
      (error) => say(error.message),
    );
  return h("button.copy", { type: "button", "aria-label": label, onclick }, "Copy");
}

// copyAction is a copyButton that says itself what it copies.
export function copyAction(label, text) {
  const button = copyButton(label, text);
  button.textContent = label;
  return button;
}

async function copy(getText) {
  const text = await getText();
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  // Without HTTPS a page from another machine has no clipboard.
  const area = h("textarea.unseen", { "aria-hidden": "true" });
  const before = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  before?.focus();
  if (!done) throw new Error("This browser does not let the page copy. Select the text and copy it.");
}
