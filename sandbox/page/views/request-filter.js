// Which requests the list shows. The filter is in the address, so that a link has it.

import { h } from "../dom.js";
import { session } from "../session.js";

const statuses = { "": "all", "2xx": "2xx", "3xx": "3xx", "4xx": "4xx", "5xx": "5xx", "000": "no response" };

// A RequestFilter dispatches "change". Its elements are its labels and inputs.
export class RequestFilter extends EventTarget {
  #status;
  #text;
  #account; // of the control token, which sees all

  constructor(query) {
    super();
    const onchange = () => this.#changed();
    const status = query.get("status") ?? "";
    this.#status = h(
      "select",
      { id: "status-filter", onchange },
      Object.entries({ ...statuses, [status]: statuses[status] ?? status }).map(([value, text]) =>
        h("option", { value }, text),
      ),
    );
    this.#status.value = status;
    const search = { type: "search", autocomplete: "off", spellcheck: "false", oninput: onchange };
    this.#text = h("input", { ...search, id: "text-filter", value: query.get("text") });
    this.#account = !session.account && h("input", { ...search, id: "account-filter", value: query.get("account") });
    this.elements = [
      h("label", { for: "status-filter" }, "Status"),
      this.#status,
      this.#account && [h("label", { for: "account-filter" }, "Account"), this.#account],
      h("label", { for: "text-filter" }, "Text"),
      this.#text,
    ];
  }

  // fits tells whether a request is shown, by the same rules as the control API.
  fits(request) {
    const status = String(request.status).padStart(3, "0");
    const text = this.#text.value.toLowerCase();
    return (
      ["", status, `${status[0]}xx`].includes(this.#status.value) &&
      (!text || JSON.stringify(request).toLowerCase().includes(text)) &&
      (!this.#account?.value || request.account === this.#account.value)
    );
  }

  clear() {
    for (const input of [this.#status, this.#text, this.#account]) if (input) input.value = "";
    this.#changed();
    this.#text.focus();
  }

  #changed() {
    const values = { status: this.#status.value, text: this.#text.value, account: this.#account?.value };
    const query = new URLSearchParams(Object.entries(values).filter(([, value]) => value));
    history.replaceState(null, "", query.size > 0 ? `#/requests?${query}` : "#/requests");
    this.dispatchEvent(new Event("change"));
  }
}
