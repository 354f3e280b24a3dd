// The live stream of requests: server-sent events, read with fetch since an EventSource sends no Authorization.

import { call } from "./control.js";

// A Stream dispatches "request" for each request as it comes, "beat" now and then, and "state" when it connects or breaks.
export class Stream extends EventTarget {
  state = "connecting"; // then live, or broken
  #last = "";
  #abort = new AbortController();

  start() {
    this.#run();
    return this;
  }

  stop() {
    this.#abort.abort();
  }

  async #run() {
    for (let wait = 500; !this.#abort.signal.aborted; wait = Math.min(wait * 2, 5000)) {
      const since = Date.now();
      await this.#read().catch(() => {});
      if (this.#abort.signal.aborted) return;
      this.#become("broken");
      if (Date.now() - since > 10_000) wait = 500;
      await this.#pause(wait);
    }
  }

  #become(state) {
    if (this.state === state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }

  // pause waits, or until somebody looks at the page again.
  #pause(milliseconds) {
    return new Promise((resolve) => {
      const end = new AbortController();
      const done = () => {
        clearTimeout(timer);
        end.abort();
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      addEventListener("online", done, end);
      addEventListener("focus", done, end);
      this.#abort.signal.addEventListener("abort", done, end);
    });
  }

  // read reads one response to its end. Both ends say something every 15 seconds; without, the other one is gone.
  async #read() {
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, this.#abort.signal]);
    let watchdog = setTimeout(() => abort.abort(), 40_000);
    try {
      const headers = this.#last ? { "Last-Event-ID": this.#last } : {};
      const response = await call("requests", { accept: "text/event-stream", headers, signal });
      let rest = "";
      for (const reader = response.body.pipeThrough(new TextDecoderStream()).getReader(); ;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), 40_000);
        this.#become("live");
        const events = (rest + value).split("\n\n");
        rest = events.pop();
        events.forEach((event) => this.#take(event));
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  #take(event) {
    const data = [];
    for (const line of event.split("\n")) {
      if (line.startsWith("id: ")) this.#last = line.slice(4);
      if (line.startsWith("data: ")) data.push(line.slice(6));
    }
    if (data.length === 0) this.dispatchEvent(new Event("beat"));
    else this.dispatchEvent(new CustomEvent("request", { detail: JSON.parse(data.join("\n")) }));
  }
}
