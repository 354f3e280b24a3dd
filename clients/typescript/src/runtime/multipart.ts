import { type Body, pairs } from "./encode.js";
import { UsageError } from "./errors.js";
import type { FileContent } from "./file.js";
import type { Field } from "./table.js";
import type { Value } from "./kinds.js";
import { Values } from "./values.js";

/** A file that was opened, and what its first bytes tell. */
export interface OpenFile {
  readonly content: FileContent;
  readonly extension: string;
  readonly contentType: string;
}

/** The files of an input, by the wire names of their fields. */
export type Files = ReadonlyMap<string, readonly OpenFile[]>;

/** What an operation needs that takes multipart/form-data. */
export interface Multipart {
  /** Opens the files of an input; what cannot be read, or is empty, is left out. */
  open(values: Values): Promise<Files>;
  /** Writes the body: first the texts, then the files (RFC 7578). */
  encode(values: Values, files: Files): Body;
}

export const multipart: Multipart = {
  async open({ fields, items }) {
    const files = new Map<string, readonly OpenFile[]>();
    for (const [i, field] of fields.entries()) {
      if (field.kind !== "file") continue;
      const opened = await Promise.all((items[i] ?? []).map((item) => openFile(field, item)));
      if (opened.length > 0 && opened.every((file) => file !== undefined)) files.set(field.name, opened);
    }
    return files;
  },

  encode({ fields, items }, files) {
    const parts: { readonly name: string; readonly filename: string; readonly file: OpenFile }[] = [];
    // Where a parameter names the part of its file, it is a text as well.
    const named = fields.map((field): Field => (field.namedPart === true ? { ...field, kind: "string" } : field));
    const texts = [...items];
    for (const [i, field] of fields.entries()) {
      for (const [j, file] of (files.get(field.name) ?? []).entries()) {
        const given = nameOf(items[i]?.[j]);
        const number = field.isList === true ? `-${(j + 1).toString()}` : "";
        const filename = given === "" ? `${field.baseName ?? ""}${number}.${file.extension}` : given;
        if (field.namedPart === true) texts[i] = [filename];
        parts.push({ name: field.namedPart === true ? filename : field.name, filename, file });
      }
    }
    const boundary = crypto.randomUUID().replaceAll("-", "");
    const begin = (name: string) => `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    let text = pairs("body", new Values(named, texts)).map(([name, value]) => `${begin(name)}\r\n\r\n${value}\r\n`).join("");
    const out: (string | FileContent)[] = [];
    for (const { name, filename, file } of parts) {
      out.push(`${text}${begin(name)}; filename="${filename}"\r\nContent-Type: ${file.contentType}\r\n\r\n`, file.content);
      text = "\r\n";
    }
    out.push(`${text}--${boundary}--\r\n`);
    const size = out.reduce((sum, part) => sum + (typeof part === "string" ? new TextEncoder().encode(part).length : part.size), 0);
    return { contentType: `multipart/form-data; boundary=${boundary}`, size, parts: out, content: () => blobOf(out) };
  },
};

async function blobOf(parts: readonly (string | FileContent)[]): Promise<Blob> {
  const content = parts.map(async (part) => {
    if (typeof part === "string") return part;
    const blob = (await part.blob()).slice(0, part.size);
    if (blob.size < part.size) throw new Error("the file became shorter");
    return blob;
  });
  return new Blob(await Promise.all(content));
}

function nameOf(item: Value | undefined): string {
  return (typeof item === "object" && "name" in item ? item.name : undefined) ?? "";
}

function escapeName(name: string): string {
  return name.replaceAll('"', "%22").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** Opens a file and reads its first bytes; undefined if that cannot be done, or it is empty. */
async function openFile(field: Field, item: Value): Promise<OpenFile | undefined> {
  try {
    const content = typeof item === "object" && "open" in item ? await item.open() : undefined;
    if (content === undefined || content.size === 0) return undefined;
    if (!Number.isSafeInteger(content.size) || content.size < 0) {
      throw new UsageError(field.name, "must have a size that is a whole number of bytes, 0 or more");
    }
    const beginning = await firstBytes(content);
    const type = types.find(({ signature }) => signature.test(beginning)) ?? unknownType;
    return beginning === "" ? undefined : { content, ...type };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return undefined;
  }
}

async function firstBytes(content: FileContent): Promise<string> {
  let beginning = "";
  for await (const chunk of content.chunks()) {
    beginning += String.fromCharCode(...chunk.subarray(0, 14));
    if (beginning.length >= 14) break;
  }
  return beginning;
}

/** Content that is not known is left to the server. */
const unknownType = { extension: "bin", contentType: "application/octet-stream" };

const types = [
  { extension: "png", contentType: "image/png", signature: /^\x89PNG\r\n\x1A\n/ },
  { extension: "jpg", contentType: "image/jpeg", signature: /^\xFF\xD8\xFF/ },
  { extension: "gif", contentType: "image/gif", signature: /^GIF8[79]a/ },
  { extension: "webp", contentType: "image/webp", signature: /^RIFF[^]{4}WEBPVP/ },
];
