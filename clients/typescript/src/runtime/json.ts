import type { Reader, Shape, Type } from "./table.js";

/** A JSON object, with its members under the names of the wire. */
export type Json = Readonly<Record<string, unknown>>;

/** Reads a JSON object; undefined if the text is none. */
export function parseObject(text: string | undefined, parse: (text: string) => unknown = JSON.parse): Json | undefined {
  try {
    const value = text === undefined ? undefined : parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As JSON.parse, but integers that a number cannot hold are bigints. */
export function parseExact(text: string): unknown {
  if (!/\d{16}/u.test(text)) return JSON.parse(text);
  // A control character cannot stand in a JSON text, so what is marked by one was put there here.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gsu, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  return JSON.parse(marked, (_, value: unknown) =>
    typeof value === "string" && /^\0-?\d+$/u.test(value) ? integerOf(value.slice(1)) : value,
  );
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits);
  return Number.isSafeInteger(number) ? number : BigInt(digits);
}

/** Reads an object of a shape into its keys; undefined if a member is not what the shape says. */
export function readShape(shape: Shape, object: Json): Json | undefined {
  const out: Record<string, unknown> = {};
  for (const { name, key, type, required, lastSegmentOf } of shape) {
    const given = Object.hasOwn(object, lastSegmentOf ?? name) ? object[lastSegmentOf ?? name] : undefined;
    if (given === undefined || given === null) {
      if (required === true && lastSegmentOf === undefined) return undefined;
      continue;
    }
    const value = lastSegmentOf === undefined ? readValue(type, given) : /\/([A-Za-z0-9_-]+)$/u.exec(String(text(given)))?.[1];
    if (value !== undefined) out[key] = value;
    else if (lastSegmentOf === undefined) return undefined;
  }
  return out;
}

function readValue(type: Type, value: unknown): unknown {
  if (typeof type === "function") return type(value);
  if ("object" in type) return isObject(value) ? readShape(type.object(), value) : undefined;
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item: unknown) => (item === null ? undefined : readValue(type.list, item)));
  return items.includes(undefined) ? undefined : items;
}

// The tables refer to these.

export const any: Reader = (value) => value;

export const text: Reader = (value) => (typeof value === "string" ? value.toWellFormed() : undefined);

export const boolean: Reader = (value) => (value === true || value === "true" ? true : value === false || value === "false" ? false : undefined);

export const integer: Reader = (value) => {
  if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
  const exact = typeof value === "string" && /^-?\d{1,19}$/u.test(value) ? BigInt(value) : value;
  return typeof exact === "bigint" && BigInt.asIntN(64, exact) === exact ? integerOf(exact.toString()) : undefined;
};

export const number: Reader = (value) => {
  const isText = typeof value === "string" && /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/u.test(value);
  const double = isText || typeof value === "bigint" ? Number(value) : value;
  return Number.isFinite(double) ? double : undefined;
};
