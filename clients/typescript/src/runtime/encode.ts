import type { FileContent } from "./file.js";
import { textOf } from "./kinds.js";
import type { Checked } from "./rules.js";
import type { Field, Operation } from "./table.js";
import type { Values } from "./values.js";

/** The body of a request. */
export interface Body {
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** Text, and files between text. */
  readonly parts: readonly (string | FileContent)[];
  /** The whole of it: its text if there is no file. */
  content(): string | Promise<Blob>;
}

/** Writes the path and the query of a request. */
export function encodeTarget(operation: Operation, account: string, values: Values): string {
  const path = operation.path.replace(/\{([^{}]+)\}/gu, (_, name: string) => {
    const value = name === operation.account ? account : values.get(name)?.[0];
    return value === undefined ? "" : escape(textOf(value), "%20");
  });
  const query = encodePairs("query", values, "%20");
  return query === "" ? path : `${path}?${query}`;
}

/** The headers that are parameters. */
export function encodeHeaders(values: Values): [name: string, value: string][] {
  return pairs("header", values);
}

/** Writes the body of a request; undefined if it has none. */
export function encodeBody(operation: Operation, values: Values, { multipart, files }: Checked): Body | undefined {
  const { body } = operation;
  if (body === undefined) return undefined;
  const isGiven = operation.fields.some((field, i) => field.in === "body" && values.items[i] !== undefined);
  if (!isGiven && !body.required) return undefined;
  if (multipart !== undefined) return multipart.encode(values, files);
  const content = encodePairs("body", values, "+");
  return { contentType: "application/x-www-form-urlencoded", size: content.length, parts: [content], content: () => content };
}

function encodePairs(place: Field["in"], values: Values, blank: string): string {
  let text = "";
  for (const [name, value] of pairs(place, values)) {
    if (text !== "") text += "&";
    text += `${escape(name, blank)}=${escape(value, blank)}`;
  }
  return text;
}

/** The texts that are there, in the contract's order: names and values. */
export function pairs(place: Field["in"], { fields, items }: Values): [name: string, value: string][] {
  const out: [string, string][] = [];
  fields.forEach(({ name, in: where, kind, delimiter = "" }, i) => {
    const texts = where === place && kind !== "file" ? items[i]?.map(textOf) : undefined;
    if (texts === undefined) return;
    for (const text of delimiter === "" ? texts : [texts.join(delimiter)]) out.push([name, text]);
  });
  return out;
}

/** What each character of ASCII is escaped to, but for the blank. */
const ascii = /* @__PURE__ */ Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return isPlain(character) ? character : `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
});

function isPlain(text: string): boolean {
  return /^[A-Za-z0-9_.~-]*$/.test(text);
}

/** All but A-Z a-z 0-9 - _ . ~ as the bytes of UTF-8. */
function escape(value: string, blank: string): string {
  if (isPlain(value)) return value;
  let escaped = "";
  for (const point of value) escaped += point === " " ? blank : (ascii[point.charCodeAt(0)] ?? encodeURIComponent(point));
  return escaped;
}
