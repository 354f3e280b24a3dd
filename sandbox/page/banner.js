// The faults that are set, which every view shows as long as there are any.

import { get, put } from "./control.js";
import { fill, h, later } from "./dom.js";

// A Faults knows the faults that are set. It dispatches "change" when they, or their counts, are others.
class Faults extends EventTarget {
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

// watchFaults shows the faults in an element. Others may set them, too, so it looks again as requests come.
export async function watchFaults(banner, stream) {
  const faults = new Faults();
  faults.addEventListener("change", () => show(banner, faults.list));
  const refresh = later(200, () => faults.refresh().catch(() => {})); // the next request will tell
  stream.addEventListener("request", refresh);
  stream.addEventListener("beat", refresh);
  await faults.refresh();
  return faults;
}

function show(banner, list) {
  if (list.length === 0) return fill(banner);
  const text = list.map(({ fault }) => fault).join(" · ");
  if (banner.textContent.includes(text)) return; // only counts have changed
  fill(banner, h("p", { class: "banner", role: "status" },
    h("strong", {}, "The sandbox misbehaves: "), h("code", {}, text), " ", h("a", { href: "#/misbehave" }, "Change")));
}
