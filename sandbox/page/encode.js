// How a request is written from the values of a form: what fetch sends, and the same as text to read.

import { basic, session } from "./session.js";

export const form = "application/x-www-form-urlencoded";
export const multipart = "multipart/form-data";

// encode returns {method, path, headers, body, text} of a request.
export async function encode(operation, values, encoding) {
  const of = (place) => operation.fields.filter((field) => field.in === place && values.has(field.name));
  const query = new URLSearchParams(of("query").flatMap((field) => pairs(field, values.get(field.name))));
  const request = {
    method: operation.method,
    path: pathOf(operation, values) + (query.size > 0 ? `?${query}` : ""),
    headers: { Accept: operation.accept ?? "application/json" },
  };
  for (const field of of("header"))
    request.headers[field.name] = pairs(field, values.get(field.name))
      .map(([, value]) => value)
      .join(", ");
  let text = "";
  if (encoding === form) {
    request.headers["Content-Type"] = form;
    request.body = text = new URLSearchParams(
      of("body").flatMap((field) => pairs(field, values.get(field.name))),
    ).toString();
  } else if (encoding === multipart) {
    const boundary = `----------${crypto.getRandomValues(new Uint32Array(4)).join("")}`;
    request.headers["Content-Type"] = `${multipart}; boundary=${boundary}`;
    [request.body, text] = await parts(of("body"), values, boundary);
  }
  const headers = Object.entries({ Host: location.host, Authorization: "Basic [token]", ...request.headers });
  request.text = `${request.method} ${request.path} HTTP/1.1\n${headers.map(([name, value]) => `${name}: ${value}\n`).join("")}\n${text}`;
  return request;
}

// send sends a request to the API. It fails if there is no response.
export function send(request, signal) {
  return fetch(request.path, {
    method: request.method,
    body: request.body,
    signal,
    credentials: "omit",
    cache: "no-store",
    redirect: "manual",
    headers: { ...request.headers, Authorization: basic() },
  });
}

// pathOf fills the template of a path. What is no field in it is the account.
export function pathOf(operation, values, account = session.account) {
  return operation.path.replace(/\{([^}]*)\}/g, (_, name) =>
    encodeURIComponent(operation.fields.some((field) => field.name === name) ? (values.get(name) ?? "") : account),
  );
}

// pairs are the names and values of a field as they are sent.
function pairs(field, value) {
  if (value instanceof File) return [[field.name, value.name]];
  if (!Array.isArray(value)) return [[field.name, value]];
  return field.list.delimiter
    ? [[field.name, value.join(field.list.delimiter)]]
    : value.map((item) => [field.name, item]);
}

// parts returns a body of multipart/form-data, and the same as text without the bytes of files.
async function parts(fields, values, boundary) {
  const body = [];
  let text = "";
  const add = (disposition, content, shown) => {
    const head = `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n`;
    body.push(head, content, "\r\n");
    text += `${head.replaceAll("\r\n", "\n")}${shown}\n`;
  };
  for (const field of fields) {
    const value = values.get(field.name);
    for (const file of [value].flat().filter((item) => item instanceof File)) {
      const name = await fileName(field, file);
      if (field.file.namedPart) add(quoted("name", field.name), name, name);
      const part = field.file.namedPart ? name : field.name;
      const type = file.type || "application/octet-stream";
      add(
        `${quoted("name", part)}; ${quoted("filename", name)}\r\nContent-Type: ${type}`,
        file,
        `[${file.size} bytes of ${type}]`,
      );
    }
    if (!(value instanceof File)) for (const [name, item] of pairs(field, value)) add(quoted("name", name), item, item);
  }
  return [new Blob([...body, `--${boundary}--\r\n`]), `${text}--${boundary}--\n`];
}

const quoted = (name, value) =>
  `${name}="${value.replace(/["\r\n]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`)}"`;

// fileName is the name that a file is sent under: none of the user's own, and the extension that its first bytes say.
async function fileName(field, file) {
  const begin = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const is = (text, at = 0) => [...text].every((c, i) => begin[at + i] === c.charCodeAt(0));
  const extension = is("\x89PNG")
    ? "png"
    : is("\xff\xd8\xff")
      ? "jpg"
      : is("GIF8")
        ? "gif"
        : is("RIFF") && is("WEBP", 8)
          ? "webp"
          : "bin";
  return `${field.file.baseName || "file"}.${extension}`;
}
