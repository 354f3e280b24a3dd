import { limitHeaders, numberOf, untilMs } from "./response.js";
import type { Incoming } from "./transport.js";

/** How long a 429 asks to wait, in milliseconds: 1 s to 3,660 s, or 60 s if it does not say. */
export function retryAfterMs({ headers }: Incoming): number {
  const names = ["Retry-After", ...limitHeaders("Reset")];
  const waits = names.map((name) => {
    const number = numberOf(headers, name);
    return number === undefined ? undefined : untilMs(number, Date.now());
  });
  waits[0] ??= dateWait(headers.get("Retry-After")?.trim() ?? "");
  return Math.min(Math.max(waits.find((wait) => wait !== undefined) ?? 60_000, 1_000), 3_660_000);
}

function dateWait(value: string): number | undefined {
  const time = Date.parse(value);
  return new Date(time).toUTCString() === value ? time - Date.now() : undefined;
}

/** How long to wait after an attempt, counted from 0: 250 ms, doubled each time, at most 30 s, ± 50 %. */
export function backOffMs(attempt: number): number {
  return Math.min(250 * 2 ** Math.min(attempt, 10), 30_000) * (0.5 + Math.random());
}

/** Waits; the result is false if the call was given up. */
export function sleep(ms: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve(false);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve(true);
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}
