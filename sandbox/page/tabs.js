// Tabs: one is shown, the arrow keys choose another.

import { fill, h, keep } from "./dom.js";

let count = 0;

// Tabs shows one of some panels, each {key, title, content}. It keeps the one that is chosen when they are updated.
export class Tabs {
  #id = `tabs-${++count}`;
  #list;
  #panel = h("div", { role: "tabpanel", id: `${this.#id}-panel`, tabindex: "-1" });
  #tabs = [];
  #chosen;

  constructor(label) {
    this.#list = h("div", { role: "tablist", "aria-label": label, onkeydown: (event) => this.#move(event) });
    this.element = h("div.tabs", this.#list, this.#panel);
  }

  update(tabs) {
    this.#tabs = tabs;
    keep(
      this.#list,
      tabs,
      (tab) => tab.key,
      (tab) =>
        h(
          "button",
          {
            type: "button",
            role: "tab",
            id: `${this.#id}-${tab.key}`,
            "aria-controls": this.#panel.id,
            onclick: () => this.choose(tab.key),
          },
          tab.title,
        ),
    );
    this.choose(tabs.some((tab) => tab.key === this.#chosen) ? this.#chosen : tabs[0]?.key);
  }

  choose(key) {
    this.#chosen = key;
    for (const button of this.#list.children) {
      const chosen = button.dataset.key === key;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    this.#panel.setAttribute("aria-labelledby", `${this.#id}-${key}`);
    fill(this.#panel, this.#tabs.find((tab) => tab.key === key)?.content);
  }

  #move(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = this.#tabs.findIndex((tab) => tab.key === this.#chosen);
    this.choose(this.#tabs.at((at + step) % this.#tabs.length).key);
    this.#list.querySelector("[aria-selected=true]").focus();
  }
}
