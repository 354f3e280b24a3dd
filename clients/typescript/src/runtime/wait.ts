import { untilMs } from "./response.js";
import type { Incoming } from "./transport.js";

/** The headers that name a wait, in the order in which they are believed. */
const waitHeaders = ["Retry-After", "X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset"];

/** How long a 429 asks to wait, in milliseconds: 1 s to 3,660 s, or 60 s if it does not say. */
export function retryAfterMs({ headers }: Incoming): number {
  for (const name of waitHeaders) {
    const value = headers.get(name)?.trim() ?? "";
    const wait = /^[0-9]{1,15}$/u.test(value) ? untilMs(Number(value), Date.now()) : name === "Retry-After" ? dateWait(value) : undefined;
    if (wait !== undefined) return Math.min(Math.max(wait, 1_000), 3_660_000);
  }
  return 60_000;
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
