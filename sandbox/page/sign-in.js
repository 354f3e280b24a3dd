// The question for the token, which is asked once in each tab.

import { h } from "./dom.js";
import { heading } from "./parts.js";

// signIn asks for the token and gives it to a function that tries it.
export function signIn(message, attempt) {
  const token = h("input", {
    type: "password",
    id: "token",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": "token-hint token-error",
  });
  const error = h("p.violation", { id: "token-error", role: "alert" }, message);
  const button = h("button.primary", "Open");
  return h(
    "section.narrow",
    heading("Contacts sandbox"),
    h("p", "See what your client sends, try requests by hand, and make the sandbox misbehave."),
    h(
      "form.stack",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          button.disabled = true;
          error.textContent = "";
          try {
            await attempt(token.value);
          } catch (problem) {
            error.textContent = problem.message;
            token.focus();
            token.select();
          }
          button.disabled = false;
        },
      },
      h("label", { for: "token" }, "Token"),
      token,
      h(
        "p.hint",
        { id: "token-hint" },
        "“contacts sandbox” prints it when it starts, as CONTACTS_TOKEN; or it is in the file that you gave it. It stays in this tab until you close it.",
      ),
      error,
      h("div.actions", button),
    ),
  );
}
