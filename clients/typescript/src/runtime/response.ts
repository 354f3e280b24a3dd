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

/** A response, beside its result. What the server sent may hold secrets: it can be asked for, but is not printed. */
export class ResponseInfo {
  readonly #headers: Incoming["headers"];
  readonly #body: string | undefined;
  readonly #at = Date.now();

  /**
   * @param status - the status of HTTP
   * @param body - the body as text; undefined if it could not be read, or was streamed
   */
  constructor(
    readonly status: number,
    headers: Incoming["headers"],
    body: string | undefined,
  ) {
    this.#headers = headers;
    this.#body = body;
  }

  get rateLimit(): RateLimit {
    return rateLimitOf(this.#headers, this.#at);
  }

  /** The value of a header; undefined if there is none. */
  header(name: string): string | undefined {
    return this.#headers.get(name) ?? undefined;
  }

  /** The body as text; undefined if it could not be read, or was streamed. */
  body(): string | undefined {
    return this.#body;
  }
}

const maxResponseBytes = 1 << 20;

const utf8 = /* @__PURE__ */ new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a body as text: undefined if it was cut, is longer than 1 MiB, or is not UTF-8. */
export async function readText(body: Incoming["body"]): Promise<string | undefined> {
  try {
    return utf8.decode(joined(Array.isArray(body) ? (body as Uint8Array[]) : await chunksOf(body as AsyncIterable<Uint8Array>)));
  } catch {
    return undefined;
  }
}

async function chunksOf(body: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxResponseBytes) break;
  }
  return chunks;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (size > maxResponseBytes) throw new Error("the body is too long");
  if (first?.length === size) return first;
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
}

function rateLimitOf(headers: Incoming["headers"], at: number): RateLimit {
  const first = (what: string) => limitHeaders(what).map((name) => numberOf(headers, name)).find((number) => number !== undefined);
  const reset = first("Reset");
  return {
    limit: first("Limit"),
    remaining: first("Remaining"),
    resetSeconds: reset === undefined ? undefined : Math.max(0, Math.round(untilMs(reset, at) / 1000)),
  };
}

/** The names of a header about limits, in the order in which they are believed. */
export function limitHeaders(what: string): string[] {
  return [`X-RateLimit-${what}`, `X-RateLimit-${what}-Hour`, `RateLimit-${what}`];
}

/** The whole number of a header; undefined if it has none. */
export function numberOf(headers: Incoming["headers"], name: string): number | undefined {
  const value = headers.get(name)?.trim() ?? "";
  return /^[0-9]{1,15}$/u.test(value) ? Number(value) : undefined;
}

/** How many milliseconds it is until a moment that is given in seconds from now, or as a Unix time. */
export function untilMs(value: number, now: number): number {
  if (value >= 1e12) return value - now;
  if (value >= 1e9) return value * 1000 - now;
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
