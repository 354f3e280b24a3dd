import type { FieldError, ServerWords } from "./errors.js";
import { type Json, isObject } from "./json.js";
import type { ErrorFormat } from "./table.js";
import type { Incoming } from "./transport.js";

/** How many requests an account may send, as the server says; what it does not say is undefined. */
export interface RateLimit {
  readonly limit: number | undefined;
  readonly remaining: number | undefined;
  /** Seconds until the limit is renewed. */
  readonly resetSeconds: number | undefined;
}

/** A response, beside its result. What the server sent is behind functions: it may hold secrets, and is not printed. */
export interface ResponseInfo {
  /** The status of HTTP. */
  readonly status: number;
  readonly rateLimit: RateLimit;
  /** The value of a header; undefined if there is none. */
  header(name: string): string | undefined;
  /** The body as text; undefined if it could not be read, or was streamed. */
  body(): string | undefined;
}

const maxResponseBytes = 1 << 20;

/** Reads a body as text: undefined if it was cut, is longer than 1 MiB, or is not UTF-8. */
export async function readText(body: AsyncIterable<Uint8Array> | null): Promise<string | undefined> {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  let size = 0;
  try {
    for await (const chunk of body ?? []) {
      size += chunk.length;
      if (size > maxResponseBytes) return undefined;
      text += utf8.decode(chunk, { stream: true });
    }
    return text + utf8.decode();
  } catch {
    return undefined;
  }
}

/** What a response says beside its result. */
export function infoOf({ status, headers }: Incoming, body?: string): ResponseInfo {
  return { status, rateLimit: rateLimitOf(headers), header: (name) => headers.get(name) ?? undefined, body: () => body };
}

function rateLimitOf(headers: Headers): RateLimit {
  const number = (...names: string[]) => {
    for (const name of names) {
      const value = headers.get(name)?.trim() ?? "";
      if (/^[0-9]{1,15}$/u.test(value)) return Number(value);
    }
    return undefined;
  };
  const reset = number("X-RateLimit-Reset", "X-RateLimit-Reset-Hour", "RateLimit-Reset");
  const untilReset = reset === undefined ? undefined : Math.round(untilMs(reset) / 1000);
  return {
    limit: number("X-RateLimit-Limit", "X-RateLimit-Limit-Hour", "RateLimit-Limit"),
    remaining: number("X-RateLimit-Remaining", "X-RateLimit-Remaining-Hour", "RateLimit-Remaining"),
    resetSeconds: untilReset === undefined ? undefined : Math.max(0, untilReset),
  };
}

/** How many milliseconds it is until a moment that is given in seconds from now, or as a Unix time. */
export function untilMs(value: number): number {
  if (value >= 1e12) return value - Date.now();
  if (value >= 1e9) return value * 1000 - Date.now();
  return value * 1000;
}

/** The words of a server: none, if they do not have the form that the contract says. */
export function wordsOf(format: ErrorFormat | undefined, object: Json | undefined, redact: (text: string) => string): ServerWords {
  const nothing = { message: "", errors: [] };
  if (format === undefined || object === undefined) return nothing;
  const text = (value: unknown): string | undefined =>
    value === undefined || value === null ? "" : typeof value === "string" ? redact(value.toWellFormed()) : undefined;
  const message = text(object[format.message]);
  const list = format.errors === undefined ? undefined : object[format.errors];
  const errors: FieldError[] = [];
  if (list !== undefined && list !== null && !Array.isArray(list)) return nothing;
  for (const item of (list ?? []) as unknown[]) {
    if (!isObject(item)) return nothing;
    const field = format.field === undefined ? "" : text(item[format.field]);
    const words = text(item[format.message]);
    if (field === undefined || words === undefined) return nothing;
    errors.push({ field, message: words });
  }
  return message === undefined ? nothing : { message, errors };
}
