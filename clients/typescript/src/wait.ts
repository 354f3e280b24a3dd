/** The headers that name a wait, in the order in which they are believed (FACTS F4). */
const waitHeaders = ["Retry-After", "X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset"];

/** How long a 429 asks to wait, in milliseconds: 1 s to 3,660 s, or 60 s if it does not say. */
export function retryAfter(header: (name: string) => string | undefined): number {
  for (const name of waitHeaders) {
    const value = header(name)?.trim() ?? "";
    const wait = numericWait(value) ?? (name === "Retry-After" ? dateWait(value) : undefined);
    if (wait !== undefined) return Math.min(Math.max(wait, 1_000), 3_660_000);
  }
  return 60_000;
}

/** Seconds, or a Unix time in seconds or milliseconds. */
function numericWait(value: string): number | undefined {
  if (!/^[0-9]{1,15}$/u.test(value)) return undefined;
  const n = Number(value);
  if (n >= 1e12) return n - Date.now();
  if (n >= 1e9) return n * 1000 - Date.now();
  return n * 1000;
}

function dateWait(value: string): number | undefined {
  const time = Date.parse(value);
  return new Date(time).toUTCString() === value ? time - Date.now() : undefined;
}
