import type { FileContent } from "./file.js";
import type { Checked } from "./rules.js";
import type { Field, Operation } from "./table.js";
import { type Values, wireText } from "./values.js";

/** The body of a request: text, and files between text. */
export interface Body {
  readonly contentType: string;
  readonly parts: readonly (string | FileContent)[];
  /** In bytes. */
  readonly size: number;
}

/** Writes the path and the query of a request. */
export function encodeTarget(operation: Operation, account: string, values: Values): string {
  const path = operation.path.replace(/\{([^{}]+)\}/gu, (_, name: string) => {
    const value = name === operation.account ? account : values.get(name)?.[0];
    return value === undefined ? "" : escape(wireText(value), "%20");
  });
  const query = pairs(operation, "query", values).map(([name, value]) => `${escape(name, "%20")}=${escape(value, "%20")}`);
  return query.length === 0 ? path : `${path}?${query.join("&")}`;
}

/** The headers that are parameters. */
export function encodeHeaders(operation: Operation, values: Values): [name: string, value: string][] {
  return pairs(operation, "header", values);
}

/** Writes the body of a request; undefined if it has none. */
export function encodeBody(operation: Operation, values: Values, { multipart, files }: Checked): Body | undefined {
  const { body } = operation;
  if (body === undefined) return undefined;
  const isGiven = operation.fields.some((field) => field.in === "body" && values.has(field.name));
  if (!isGiven && !body.required) return undefined;
  if (multipart !== undefined) return multipart.encode(operation, values, files);
  const content = pairs(operation, "body", values)
    .map(([name, value]) => `${escape(name, "+")}=${escape(value, "+")}`)
    .join("&");
  return { contentType: "application/x-www-form-urlencoded", parts: [content], size: content.length };
}

/** The texts that are there, in the contract's order: names and values. */
export function pairs(operation: Operation, place: Field["in"], values: Values): [name: string, value: string][] {
  const out: [string, string][] = [];
  for (const field of operation.fields) {
    const items = field.in === place && field.kind !== "file" ? values.get(field.name) : undefined;
    if (items === undefined) continue;
    const texts = items.map(wireText);
    const isJoined = field.delimiter !== undefined && field.delimiter !== "";
    for (const text of isJoined ? [texts.join(field.delimiter)] : texts) out.push([field.name, text]);
  }
  return out;
}

/** All but A-Z a-z 0-9 - _ . ~ as the bytes of UTF-8. */
function escape(value: string, blank: string): string {
  if (/^[A-Za-z0-9_.~-]*$/u.test(value)) return value;
  return encodeURIComponent(value)
    .replaceAll("%20", blank)
    .replace(/[!'()*]/gu, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
