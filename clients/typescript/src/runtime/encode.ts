import { type FileContent, typeOf } from "./file.js";
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
export async function encodeBody(
  operation: Operation,
  values: Values,
  files: ReadonlyMap<string, readonly FileContent[]>,
): Promise<Body | undefined> {
  const { body } = operation;
  if (body === undefined) return undefined;
  const isGiven = operation.fields.some((field) => field.in === "body" && values.has(field.name));
  if (!isGiven && !body.required) return undefined;
  if (files.size > 0 || !body.form) return encodeMultipart(operation, values, files);
  const content = pairs(operation, "body", values)
    .map(([name, value]) => `${escape(name, "+")}=${escape(value, "+")}`)
    .join("&");
  return { contentType: "application/x-www-form-urlencoded", parts: [content], size: content.length };
}

/** The texts that are there, in the contract's order: names and values. */
function pairs(operation: Operation, place: Field["in"], values: Values): [name: string, value: string][] {
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

interface Part {
  readonly name: string;
  readonly filename: string;
  readonly contentType: string;
  readonly content: FileContent;
}

/** Writes multipart/form-data (RFC 7578): first the texts, then the files. */
async function encodeMultipart(
  operation: Operation,
  values: Values,
  files: ReadonlyMap<string, readonly FileContent[]>,
): Promise<Body> {
  const parts: Part[] = [];
  const texts = new Map(values);
  const order: Field[] = [];
  for (const field of operation.fields) {
    if (field.in !== "body") continue;
    order.push(field);
    const contents = files.get(field.name) ?? [];
    for (const [i, content] of contents.entries()) {
      const { extension, contentType } = await typeOf(content);
      const given = values.get(field.name)?.[i];
      const number = field.isList === true ? `-${(i + 1).toString()}` : "";
      const name = typeof given === "object" ? given.name : undefined;
      const filename = name === undefined || name === "" ? `${field.baseName ?? ""}${number}.${extension}` : name;
      parts.push({ name: field.namedPart === true ? filename : field.name, filename, contentType, content });
      if (field.namedPart === true) texts.set(field.name, [filename]);
    }
  }
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const begin = `--${boundary}\r\nContent-Disposition: form-data; `;
  let text = "";
  const named = order.map((field): Field => (field.namedPart === true ? { ...field, kind: "string" } : field));
  for (const [name, value] of pairs({ ...operation, fields: named }, "body", texts)) {
    text += `${begin}name="${escapeName(name)}"\r\n\r\n${value}\r\n`;
  }
  const out: (string | FileContent)[] = [];
  for (const { name, filename, contentType, content } of parts) {
    text += `${begin}name="${escapeName(name)}"; filename="${filename}"\r\nContent-Type: ${contentType}\r\n\r\n`;
    out.push(text, content);
    text = "\r\n";
  }
  out.push(`${text}--${boundary}--\r\n`);
  const size = out.reduce((sum, part) => sum + (typeof part === "string" ? byteLength(part) : part.size), 0);
  return { contentType: `multipart/form-data; boundary=${boundary}`, parts: out, size };
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

function escapeName(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** What each character of ASCII is escaped to, but for the blank. */
const ascii = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  return /[A-Za-z0-9_.~-]/u.test(character) ? character : `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** All but A-Z a-z 0-9 - _ . ~ as the bytes of UTF-8. */
function escape(value: string, blank: string): string {
  if (/^[A-Za-z0-9_.~-]*$/u.test(value)) return value;
  let escaped = "";
  for (let i = 0; i < value.length; i++) {
    const point = value.codePointAt(i) ?? 0;
    if (point > 0xffff) i++;
    escaped += point === 0x20 ? blank : (ascii[point] ?? encodeURIComponent(String.fromCodePoint(point)));
  }
  return escaped;
}
