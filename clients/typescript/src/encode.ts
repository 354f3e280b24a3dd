import { type Contact, type ContactDraft, textOf } from "./contact.js";
import { fieldsOfContactUpload } from "./generated/rules.js";
import { type Image, typeOf } from "./image.js";

/** The body of a request. */
export interface Encoded {
  readonly contentType: string;
  readonly content: string | Blob;
  /** In bytes. */
  readonly size: number;
}

/** Writes a contact as application/x-www-form-urlencoded. */
export function encodeForm(contact: Contact): Encoded {
  let content = "";
  for (const [name, value] of pairs(contact)) content += `${content === "" ? "" : "&"}${name}=${escape(value)}`;
  return { contentType: "application/x-www-form-urlencoded", content, size: content.length };
}

/**
 * Writes a contact and its image as multipart/form-data (RFC 7578). Nothing needs escaping: the names of
 * the parameters are the contract's, and that of the part has been checked. The promise is rejected if the
 * image cannot be read.
 */
export async function encodeUpload(contact: Contact, image: Image): Promise<Encoded> {
  const file = await image.open();
  if (file.size === 0) throw new Error("the file is empty");
  const { extension, contentType } = await typeOf(file);
  const part = image.name ?? `profile-image.${extension}`;
  const boundary = crypto.randomUUID().replaceAll("-", "");
  const begin = `--${boundary}\r\nContent-Disposition: form-data; `;

  let head = "";
  for (const [name, value] of pairs({ ...contact, ProfileImageFile: { ...image, name: part } })) head += `${begin}name="${name}"\r\n\r\n${value}\r\n`;
  head += `${begin}name="${part}"; filename="${part}"\r\nContent-Type: ${contentType}\r\n\r\n`;
  const content = new Blob([head, file, `\r\n--${boundary}--\r\n`]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, content, size: content.size };
}

/** The parameters that are there, in the contract's order. An empty one is not (FACTS D1). */
function pairs(contact: ContactDraft): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (const name of fieldsOfContactUpload) {
    const value = textOf(contact[name]);
    if (value !== "") pairs.push([name, value]);
  }
  return pairs;
}

/** What each character of ASCII is escaped to. */
const ascii = Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (character === " ") return "+";
  return /[A-Za-z0-9_.~-]/u.test(character) ? character : `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
});

/** All but A-Z a-z 0-9 - _ . ~ as the bytes of UTF-8, and a blank as a plus. */
function escape(value: string): string {
  let escaped = "";
  for (let i = 0; i < value.length; i++) {
    const point = value.codePointAt(i) ?? 0;
    if (point > 0xffff) i++;
    escaped += ascii[point] ?? encodeURIComponent(String.fromCodePoint(point));
  }
  return escaped;
}
