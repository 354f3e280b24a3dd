// The faults that are set, and the banner that shows them in every view.

import { get, put } from "./control.js";
import { fill, h } from "./dom.js";
import { later } from "./later.js";

// A Faults knows the faults that are set. It dispatches "change" when they, or their counts, are others.
export class Faults extends EventTarget {
  list = []; // {fault, happened}

  async refresh() {
    this.#take(await get("faults"));
  }

  // set makes these the faults, in place of those that were.
  async set(texts) {
    this.#take(await put("faults", { faults: texts }));
  }

  #take({ faults }) {
    if (JSON.stringify(faults) === JSON.stringify(this.list)) return;
    this.list = faults;
    this.dispatchEvent(new Event("change"));
  }
}

// showFaults shows the faults in an element. Others may set them, too, so it looks again as requests come.
export function showFaults(banner, faults, stream) {
  const refresh = later(200, () => faults.refresh().catch(() => {})); // the next request will tell
  stream.addEventListener("request", refresh);
  stream.addEventListener("beat", refresh);
  const show = () => {
    const text = faults.list.map(({ fault }) => fault).join(" · ");
    if (banner.textContent.includes(text) && text) return; // only counts have changed
    fill(
      banner,
      text &&
        h(
          "p.banner",
          { role: "status" },
          h("strong", "The sandbox misbehaves: "),
          h("code", text),
          " ",
          h("a", { href: "#/misbehave" }, "Change"),
        ),
    );
  };
  faults.addEventListener("change", show);
  show();
}
