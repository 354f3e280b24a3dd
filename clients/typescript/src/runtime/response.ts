import type { FieldError, ServerWords } from "./errors.js";
import { chunksOf } from "./file.js";
import type { ErrorFormat, Member, Shape, Type } from "./table.js";
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

/** Content that comes from the server. It must be read to its end, or cancelled. */
export interface ByteStream {
  readonly contentType: string;
  /** In bytes; undefined if the server does not say it. */
  readonly length: number | undefined;
  readonly stream: ReadableStream<Uint8Array>;
  /** Reads all of it. */
  bytes(): Promise<Uint8Array>;
}

const maxResponseBytes = 1 << 20;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a body as text: undefined if it was cut, is longer than 1 MiB, or is not UTF-8. */
export async function readText(stream: ReadableStream<Uint8Array> | null): Promise<string | undefined> {
  const bytes = await readBytes(stream);
  try {
    return bytes === undefined ? undefined : utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

async function readBytes(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of stream === null ? [] : chunksOf(stream)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxResponseBytes) return undefined;
    }
  } catch {
    return undefined;
  }
  return joined(chunks, size);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let end = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, end);
    end += chunk.length;
  }
  return bytes;
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

/** The content of a response, as it comes; `cut` makes the error for content that does not come whole. */
export function byteStreamOf({ headers, body }: Incoming, cut: (error: unknown) => Error): ByteStream {
  const stream = body ?? new Blob([]).stream();
  const length = headers.get("Content-Length");
  return {
    contentType: headers.get("Content-Type") ?? "",
    length: length === null ? undefined : Number(length),
    stream,
    bytes: async () => {
      const chunks: Uint8Array[] = [];
      try {
        for await (const chunk of chunksOf(stream)) chunks.push(chunk);
      } catch (error) {
        throw cut(error);
      }
      return joined(chunks, chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    },
  };
}

/** A JSON object, with its members under the names of the wire. */
export type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON object; undefined if the text is none. Integers that a number cannot hold are bigints. */
export function parseObject(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    // A control character cannot stand in a JSON text, so what is marked by one was put there here.
    const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gsu, (token) =>
      token.startsWith('"') ? token : `"\\u0000${token}"`,
    );
    const revive = (_: string, value: unknown) =>
      typeof value === "string" && value.startsWith("\0") && /^\0-?\d+$/u.test(value) ? integerOf(value.slice(1)) : value;
    const value: unknown = marked === text ? JSON.parse(text) : JSON.parse(marked, revive);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

const unreadable = Symbol("unreadable");

/** Reads an object of a shape into its keys; undefined if a member is not what the shape says. */
export function readShape(shape: Shape, object: Json): Json | undefined {
  const value = readObject(shape, object);
  return value === unreadable ? undefined : value;
}

function readObject(shape: Shape, object: Json): Json | typeof unreadable {
  const out: Record<string, unknown> = {};
  for (const member of shape) {
    const value = member.lastSegmentOf === undefined ? memberOf(member, object) : lastSegment(object[member.lastSegmentOf]);
    if (value === unreadable) return unreadable;
    if (value !== undefined) out[member.key] = value;
  }
  return out;
}

function memberOf({ name, type, required }: Member, object: Json): unknown {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value !== undefined && value !== null) return readValue(type, value);
  return required === true ? unreadable : undefined;
}

function lastSegment(uri: unknown): string | undefined {
  return typeof uri === "string" ? /\/([A-Za-z0-9_-]+)$/u.exec(uri)?.[1] : undefined;
}

function readValue(type: Type, value: unknown): unknown {
  if (typeof type === "object") {
    if ("object" in type) return isObject(value) ? readObject(type.object(), value) : unreadable;
    if (!Array.isArray(value)) return unreadable;
    const items = value.map((item: unknown) => (item === null ? unreadable : readValue(type.list, item)));
    return items.includes(unreadable) ? unreadable : items;
  }
  switch (type) {
    case "json":
      return value;
    case "string":
      return typeof value === "string" ? value.toWellFormed() : unreadable;
    case "boolean":
      if (value === "true" || value === "false") return value === "true";
      return typeof value === "boolean" ? value : unreadable;
    case "integer":
      return readInteger(value);
    case "number":
      if (typeof value === "bigint") return Number(value);
      if (typeof value === "string" && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u.test(value)) return finite(Number(value));
      return finite(value);
  }
}

function readInteger(value: unknown): number | bigint | typeof unreadable {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : unreadable;
  const integer = typeof value === "string" && /^-?\d{1,19}$/u.test(value) ? BigInt(value) : value;
  if (typeof integer !== "bigint" || BigInt.asIntN(64, integer) !== integer) return unreadable;
  return integerOf(integer.toString());
}

function finite(value: unknown): number | typeof unreadable {
  return typeof value === "number" && Number.isFinite(value) ? value : unreadable;
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
